base=@BASE@/ucp/v1 key=@KEY@
call() { curl -ksS -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$@"; }

# 1. A checkout: two bags of coffee and a code, to an address. The answer is priced and lists what can be chosen.
checkout=$(call "$base/checkout-sessions" -H "Idempotency-Key: create-$RANDOM$RANDOM" -d '{
  "line_items": [{"item": {"id": "harbour-espresso--250-g-filter"}, "quantity": 2}],
  "buyer": {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com"},
  "discounts": {"codes": ["WELCOME10"]},
  "fulfillment": {"methods": [{"type": "shipping", "selected_destination_id": "home", "destinations": [{
    "id": "home", "street_address": "1 Example Street", "address_locality": "Brooklyn", "address_region": "NY",
    "postal_code": "11201", "address_country": "US"}]}]}}')
echo "$checkout" | jq '{id, status, totals, options: .fulfillment.methods[0].groups[0].options}'
id=$(echo "$checkout" | jq -r .id)

# 2. The first delivery option. The totals now are what will be charged, to the cent.
choice=$(echo "$checkout" | jq '{fulfillment: {methods: [.fulfillment.methods[0] | {id, groups: [.groups[0] |
  {id, selected_option_id: .options[0].id}]}]}}')
call -X PUT "$base/checkout-sessions/$id" -d "$choice" | jq '{status, totals}'

# 3. Pay with a token of the sandbox gateway. The same key again gives the same answer, never a second charge.
call "$base/checkout-sessions/$id/complete" -H "Idempotency-Key: complete-$id" -d '{
  "payment": {"instruments": [{"id": "card", "handler_id": "sandbox_card", "type": "card",
    "credential": {"type": "token", "token": "success_token"}}]}}' |
  jq -e '{status, order} | select(.status == "completed")'
