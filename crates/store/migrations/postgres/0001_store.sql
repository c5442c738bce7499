-- Times are microseconds since the epoch, flags 0 or 1. A tenant is (owner, namespace).

-- Which cluster and which namespace a tenant's objects came from: a re-created namespace inherits nothing.
CREATE TABLE tenants (
    owner         TEXT COLLATE "C" NOT NULL,
    namespace     TEXT COLLATE "C" NOT NULL,
    cluster_uid   TEXT COLLATE "C" NOT NULL,
    namespace_uid TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, namespace)
);

-- `revision` counts changes of the whole store and never repeats, so that no row version does.
CREATE TABLE counters (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('revision', 0), ('feed_floor', 0);

-- Declared objects as they were applied; `bytes` is a JSON object of reference to base64.
CREATE TABLE objects (
    owner      TEXT COLLATE "C" NOT NULL,
    namespace  TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    uid        TEXT COLLATE "C" NOT NULL,
    generation BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    manifest   TEXT COLLATE "C" NOT NULL,
    bytes      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, namespace, kind, name)
);

-- Inventory: `record` is the record as JSON, `revision` moves when the record does, or a device's user.
CREATE TABLE users (
    owner     TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    record    TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL,
    PRIMARY KEY (owner, namespace, id)
);

CREATE TABLE devices (
    owner     TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C",
    record    TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL,
    PRIMARY KEY (owner, namespace, id)
);
CREATE INDEX devices_by_user ON devices (owner, namespace, user_id);

CREATE TABLE inventory_groups (
    owner     TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    record    TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL,
    PRIMARY KEY (owner, namespace, id)
);

-- What the last sync of a source brought; `rejected` is JSON.
CREATE TABLE source_syncs (
    owner     TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    users     BIGINT NOT NULL,
    devices   BIGINT NOT NULL,
    groups    BIGINT NOT NULL,
    synced_at BIGINT NOT NULL,
    rejected  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, namespace, source)
);

-- Group membership with nested groups followed; `kind` says whether `member` is a user or a device.
CREATE TABLE memberships (
    owner     TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    member    TEXT COLLATE "C" NOT NULL,
    group_id  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, namespace, kind, member, group_id)
);

-- One profile's certificate on one device, or one root on one device. `standing` is what the device is entitled to,
-- `state` what became of it, and `reason` and `message` why (empty: no reason); `version` moves with `standing`; `serial`
-- names the current certificate.
CREATE TABLE assignments (
    owner       TEXT COLLATE "C" NOT NULL,
    namespace   TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    profile     TEXT COLLATE "C" NOT NULL,
    device      TEXT COLLATE "C" NOT NULL,
    association TEXT COLLATE "C" NOT NULL,
    standing    TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    message     TEXT COLLATE "C" NOT NULL,
    serial      TEXT COLLATE "C",
    reissue     BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (owner, namespace, kind, profile, device, association)
);
CREATE INDEX assignments_by_device ON assignments (owner, namespace, device);

-- `mac` is the secret under a key that is not in this database. A reservation keeps the request it was made for and the
-- row versions that it was judged by.
CREATE TABLE challenges (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    mac                BYTEA NOT NULL,
    owner              TEXT COLLATE "C" NOT NULL,
    namespace          TEXT COLLATE "C" NOT NULL,
    profile            TEXT COLLATE "C" NOT NULL,
    device             TEXT COLLATE "C" NOT NULL,
    association        TEXT COLLATE "C" NOT NULL,
    state              TEXT COLLATE "C" NOT NULL,
    void_reason        TEXT COLLATE "C",
    created_at         BIGINT NOT NULL,
    expires_at         BIGINT NOT NULL,
    fingerprint        BYTEA,
    key_fingerprint    BYTEA,
    serial             TEXT COLLATE "C" UNIQUE,
    profile_revision   BIGINT,
    inventory_revision BIGINT,
    assignment_version BIGINT
);
CREATE INDEX challenges_by_assignment ON challenges (owner, namespace, profile, device, association);

-- Every key that a serial was ever reserved for: a key is certified once.
CREATE TABLE request_keys (
    fingerprint BYTEA NOT NULL PRIMARY KEY,
    challenge   TEXT COLLATE "C" NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,
    namespace   TEXT COLLATE "C" NOT NULL,
    profile     TEXT COLLATE "C" NOT NULL,
    device      TEXT COLLATE "C" NOT NULL,
    association TEXT COLLATE "C" NOT NULL
);

-- `user_id` is set where the certificate names a user. `revoked_at` is null while the certificate lives.
CREATE TABLE certificates (
    serial            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    authority         TEXT COLLATE "C" NOT NULL,
    owner             TEXT COLLATE "C" NOT NULL,
    namespace         TEXT COLLATE "C" NOT NULL,
    profile           TEXT COLLATE "C" NOT NULL,
    device            TEXT COLLATE "C" NOT NULL,
    association       TEXT COLLATE "C" NOT NULL,
    user_id           TEXT COLLATE "C",
    challenge         TEXT COLLATE "C" NOT NULL,
    fingerprint       BYTEA NOT NULL,
    der               BYTEA NOT NULL,
    sha1              TEXT COLLATE "C" NOT NULL,
    not_before        BIGINT NOT NULL,
    not_after         BIGINT NOT NULL,
    recorded_at       BIGINT NOT NULL,
    revoked_at        BIGINT,
    revocation_reason TEXT COLLATE "C"
);
CREATE INDEX certificates_by_assignment ON certificates (owner, namespace, profile, device, association);
CREATE INDEX certificates_by_device ON certificates (owner, namespace, device);
CREATE INDEX certificates_revoked ON certificates (authority, revoked_at, serial);

-- Assignments with the one fact that lives elsewhere: whether the current certificate stands.
CREATE VIEW assignment_rows AS
SELECT a.owner, a.namespace, a.kind, a.profile, a.device, a.association, a.standing, a.state, a.reason, a.message,
       a.serial, a.reissue, a.version, a.changed_at,
       (SELECT COUNT(*) FROM certificates c WHERE c.serial = a.serial AND c.revoked_at IS NULL) AS certified
FROM assignments a;

CREATE TABLE crl_numbers (
    authority TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number    BIGINT NOT NULL
);

CREATE TABLE tokens (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    mac        BYTEA NOT NULL,
    owner      TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    scopes     TEXT COLLATE "C" NOT NULL,
    namespaces TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

-- The audit: appended to, never changed; each row's hash covers the row before it.
CREATE TABLE events (
    sequence    BIGINT NOT NULL PRIMARY KEY,
    recorded_at BIGINT NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,
    namespace   TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    device      TEXT COLLATE "C" NOT NULL,
    what        TEXT COLLATE "C" NOT NULL,
    detail      TEXT COLLATE "C" NOT NULL,
    hash        BYTEA NOT NULL
);
CREATE INDEX events_by_device ON events (owner, namespace, device, sequence);

CREATE TABLE audit_head (
    id       BIGINT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash     BYTEA NOT NULL
);
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '');

-- Keys whose status may have changed; an older entry of the same key is removed when a newer one is added.
CREATE TABLE feed (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
    owner          TEXT COLLATE "C" NOT NULL,
    namespace      TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    name           TEXT COLLATE "C" NOT NULL
);
CREATE INDEX feed_by_key ON feed (owner, namespace, kind, name);
