"""Each kind of difference is found: a comparison that cannot fail proves nothing."""

import copy
import unittest

import compare

DOCUMENT = {
    "x-kassa-body-bytes-max": 0,
    "paths": {
        "/things/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {"operationId": "get_thing", "x-kassa-role": "admin", "responses": {"200": {}}},
            "put": {
                "operationId": "put_thing",
                "x-kassa-role": "admin",
                "x-kassa-body-bytes-max": 10,
                "responses": {"200": {}},
            },
        }
    },
    "components": {"parameters": {"Id": {"name": "id", "in": "path"}}},
}
SERVED = {
    ("GET", "/things/{id}"): {"role": "admin", "body_bytes_max": 0},
    ("PUT", "/things/{id}"): {"role": "admin", "body_bytes_max": 10},
}


class Compare(unittest.TestCase):
    def setUp(self):
        self.document = copy.deepcopy(DOCUMENT)
        self.served = copy.deepcopy(SERVED)
        self.item = self.document["paths"]["/things/{id}"]

    def faults(self):
        differences = compare.differences(self.served, compare.described(self.document))
        return [*compare.document_faults(self.document), *differences]

    def expect(self, *words):
        found = self.faults()
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_equal_tables_have_no_difference(self):
        self.assertEqual(self.faults(), [])

    def test_a_route_that_is_not_described(self):
        self.served["GET", "/other"] = {"role": "public", "body_bytes_max": 0}
        self.expect("/other", "not described")

    def test_a_described_route_that_is_not_served(self):
        del self.served["PUT", "/things/{id}"]
        self.expect("PUT", "not served")

    def test_another_role(self):
        self.served["GET", "/things/{id}"]["role"] = "public"
        self.expect("x-kassa-role is admin", "public")

    def test_another_limit(self):
        self.served["PUT", "/things/{id}"]["body_bytes_max"] = 11
        self.expect("x-kassa-body-bytes-max is 10", "11")

    def test_a_role_that_is_said_nowhere(self):
        del self.item["get"]["x-kassa-role"]
        self.expect("x-kassa-role is None")

    def test_a_reference_that_leads_nowhere(self):
        self.item["get"]["responses"]["200"] = {"$ref": "#/components/responses/None"}
        self.expect("leads nowhere")

    def test_an_operation_id_that_is_taken(self):
        self.item["put"]["operationId"] = "get_thing"
        self.expect("get_thing is that of GET")

    def test_an_undeclared_path_parameter(self):
        self.document["components"]["parameters"]["Id"]["name"] = "other"
        self.assertEqual(len(self.faults()), 2)


if __name__ == "__main__":
    unittest.main()
