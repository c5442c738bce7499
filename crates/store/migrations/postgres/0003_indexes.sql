-- Indexes that an enrolment need not change, or changes where the one before it did (decision 0283): few rows are revoked,
-- few wait.

-- The turn of the writers first: the locks below would meet theirs in another order, while an older process still serves.
SELECT sequence FROM audit_head WHERE id = 1 FOR UPDATE;

-- Readers go on while these are made; dropping stops them, so it comes last.
CREATE INDEX certificates_revoked_alone ON certificates (authority, revoked_at, serial) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_by_authority ON certificates (authority);
CREATE INDEX challenges_waiting ON challenges (owner, namespace) WHERE state = 'Waiting';

DROP INDEX certificates_by_device;
DROP INDEX certificates_revoked;
DROP INDEX challenges_by_tenant_and_state;
ALTER INDEX certificates_revoked_alone RENAME TO certificates_revoked;
