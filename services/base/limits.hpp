#pragma once
// A limit on everything, with its unit in the name.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kassa::limits {

inline constexpr std::size_t kHeaderBytesMax = 8 * 1024;
inline constexpr std::size_t kTargetBytesMax = 2 * 1024;
inline constexpr std::size_t kBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kImportBodyBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kPipelinedRequestsMax = 16;
inline constexpr std::size_t kConnectionsMax = 10'000;
inline constexpr std::size_t kConnectionsPerAddressMax = 1'024;
inline constexpr std::size_t kHandshakesMax = 256;
inline constexpr std::chrono::seconds kHandshakeTime{5};
inline constexpr std::chrono::seconds kHeaderTime{10};
inline constexpr std::chrono::seconds kBodyTime{30};
inline constexpr std::chrono::seconds kWriteTime{30};
inline constexpr std::chrono::seconds kIdleTime{75};
inline constexpr std::chrono::seconds kDrainTime{10};
inline constexpr std::chrono::seconds kRequestTime{30};

inline constexpr std::size_t kJsonDepthMax = 16;
inline constexpr std::size_t kJsonMembersMax = 4'096;  ///< Members and elements in one document together.

inline constexpr std::size_t kLinesPerCheckoutMax = 200;
inline constexpr std::int64_t kQuantityMax = 100'000;
inline constexpr std::int64_t kUnitPriceMinorMax = 1'000'000'000'000;  ///< 10^12 minor units.
inline constexpr std::int64_t kTotalMinorMax = 9'007'199'254'740'991;  ///< 2^53 - 1: what every JSON reader keeps.
inline constexpr std::size_t kCodesPerCheckoutMax = 20;
inline constexpr std::size_t kMethodsPerCheckoutMax = 20;
inline constexpr std::size_t kDestinationsPerMethodMax = 20;
inline constexpr std::size_t kInstrumentsMax = 10;
inline constexpr std::size_t kTextBytesMax = 1'024;  ///< One free-text field.
inline constexpr std::size_t kIdBytesMax = 255;
inline constexpr std::size_t kNoteBytesMax = 4'096;
inline constexpr std::size_t kLinePropertiesMax = 20;                   ///< Of one line.
inline constexpr std::size_t kPropertyBytesPerCheckoutMax = 32 * 1024;  ///< Names and values of all lines.
inline constexpr std::size_t kListPricesPerVariantMax = 500;
inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;
inline constexpr std::size_t kStoredAnswersPerSessionMax = 16;  ///< In memory; older ones are asked for in the Store.
inline constexpr std::size_t kUnwrittenAnswersPerSessionMax = 256;
inline constexpr std::size_t kSessionCacheBytes = 256 * 1024 * 1024;

inline constexpr std::size_t kCommitGroupMax = 64;    ///< Transactions in one group commit.
inline constexpr std::size_t kStoreQueueMax = 4'096;  ///< Transactions waiting for the writer.
inline constexpr std::size_t kJournalChunkRows = 64;
inline constexpr std::chrono::milliseconds kJournalDelay{250};
inline constexpr std::chrono::milliseconds kJournalRest{1'000};  ///< Between two rows of one checkout.
inline constexpr std::size_t kOutboxBatchMax = 64;
inline constexpr std::size_t kOutgoingPerHostMax = 32;
inline constexpr std::size_t kOutgoingReplyBytesMax = 256 * 1024;
inline constexpr std::size_t kWebhookReplyBytesMax = 64 * 1024;
inline constexpr std::chrono::seconds kGatewayTime{8};
inline constexpr std::chrono::seconds kWebhookTime{15};
inline constexpr std::size_t kProfilesCachedMax = 10'000;

inline constexpr std::int64_t kRecordedCartsPerDayMax = 2'000;  ///< Of one store.
inline constexpr std::size_t kRecordedCartsWaitingMax = 1'000;  ///< Of one process, until they are written.
inline constexpr std::chrono::hours kRecordedCartLife{24 * 30};
inline constexpr std::int64_t kSimulatedCartsMax = 10'000;

inline constexpr std::chrono::hours kCheckoutLife{6};
inline constexpr std::chrono::minutes kReservationLife{15};
inline constexpr std::chrono::seconds kLeaseTime{20};
inline constexpr std::chrono::hours kIdempotencyLife{72};

}  // namespace kassa::limits
