-- What a request that waits for approval was, for the poll that asks about it: who asked whom in which transaction, and the
-- certification request itself. `credential` is the id of the challenge, or of the certificate, that it spends.
CREATE TABLE waiting_requests (
    credential     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    authority      TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C" NOT NULL,
    signer_key     BYTEA NOT NULL,
    request        BYTEA NOT NULL,
    requested_at   BIGINT NOT NULL
);
CREATE INDEX waiting_requests_by_transaction ON waiting_requests (authority, transaction_id, signer_key);
CREATE INDEX challenges_by_tenant_and_state ON challenges (owner, namespace, state);
