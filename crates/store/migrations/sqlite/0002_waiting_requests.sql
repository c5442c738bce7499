-- What a request that waits for approval was, for the poll that asks about it: who asked whom in which transaction, and the
-- certification request itself. `credential` is the id of the challenge, or of the certificate, that it spends.
CREATE TABLE waiting_requests (
    credential     TEXT NOT NULL PRIMARY KEY,
    authority      TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    signer_key     BLOB NOT NULL,
    request        BLOB NOT NULL,
    requested_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_requests_by_transaction ON waiting_requests (authority, transaction_id, signer_key);
CREATE INDEX challenges_by_tenant_and_state ON challenges (owner, namespace, state);
