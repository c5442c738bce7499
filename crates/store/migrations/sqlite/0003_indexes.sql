-- Indexes that an enrolment need not change, or changes where the one before it did (decision 0283): few rows are revoked,
-- few wait.
DROP INDEX certificates_by_device;
DROP INDEX certificates_revoked;
CREATE INDEX certificates_revoked ON certificates (authority, revoked_at, serial) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_by_authority ON certificates (authority);
DROP INDEX challenges_by_tenant_and_state;
CREATE INDEX challenges_waiting ON challenges (owner, namespace) WHERE state = 'Waiting';
