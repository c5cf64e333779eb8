// Idempotency-Key for an effect that takes longer than one transaction: the key is marked as running before anything is
// done, and the answer is kept with the effect's last transaction. When the process dies in between, the key is free
// again after six hours, which is also the longest that one such request may take.
#pragma once
#include <memory>
#include <variant>

#include "services/upload/writer.hpp"
#include "store/idempotency.hpp"

namespace upload {

class LongCall {
  public:
    using Start = std::variant<std::unique_ptr<LongCall>, runtime::Response>;
    /// The answer that was given before, or a call to finish; one that does nothing when there is no key. `identity`:
    /// what makes it this request (a body that has not come yet cannot). Errors: invalid_argument (the key),
    /// idempotency_in_progress, idempotency_mismatch.
    static base::Result<Start> begin(const Shared& shared, const Unit& unit, const runtime::Request& request,
                                     std::string_view principal_id, const base::Json& identity);
    /// Frees the key unless the call was finished.
    ~LongCall();
    LongCall(const LongCall&) = delete;
    LongCall& operator=(const LongCall&) = delete;

    /// In the last transaction: keeps the answer, whose body must be bytes.
    base::Result<void> finish(store::Transaction& transaction, const runtime::Response& response);
    /// The last transaction has committed.
    void committed() { running_ = false; }

  private:
    LongCall(Shared shared, Unit unit) : shared_(std::move(shared)), unit_(std::move(unit)) {}
    [[nodiscard]] store::IdempotentCall call() const;

    Shared shared_;
    Unit unit_;
    std::string operation_;
    std::string principal_id_;
    std::string key_;
    std::string hash_;
    std::int64_t token_ = 0;
    bool running_ = false;
};

}  // namespace upload
