-- Times are microseconds since the epoch, flags 0 or 1. A tenant is (owner, namespace).

-- Which cluster and which namespace a tenant's objects came from: a re-created namespace inherits nothing.
CREATE TABLE tenants (
    owner         TEXT NOT NULL,
    namespace     TEXT NOT NULL,
    cluster_uid   TEXT NOT NULL,
    namespace_uid TEXT NOT NULL,
    PRIMARY KEY (owner, namespace)
) STRICT;

-- `revision` counts changes of the whole store and never repeats, so that no row version does.
CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('revision', 0), ('feed_floor', 0);

-- Declared objects as they were applied; `bytes` is a JSON object of reference to base64.
CREATE TABLE objects (
    owner      TEXT NOT NULL,
    namespace  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    uid        TEXT NOT NULL,
    generation INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    manifest   TEXT NOT NULL,
    bytes      TEXT NOT NULL,
    PRIMARY KEY (owner, namespace, kind, name)
) STRICT;

-- Inventory: `record` is the record as JSON, `revision` moves when the record does, or a device's user.
CREATE TABLE users (
    owner     TEXT NOT NULL,
    namespace TEXT NOT NULL,
    id        TEXT NOT NULL,
    source    TEXT NOT NULL,
    record    TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    PRIMARY KEY (owner, namespace, id)
) STRICT;

CREATE TABLE devices (
    owner     TEXT NOT NULL,
    namespace TEXT NOT NULL,
    id        TEXT NOT NULL,
    source    TEXT NOT NULL,
    user_id   TEXT,
    record    TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    PRIMARY KEY (owner, namespace, id)
) STRICT;
CREATE INDEX devices_by_user ON devices (owner, namespace, user_id);

CREATE TABLE inventory_groups (
    owner     TEXT NOT NULL,
    namespace TEXT NOT NULL,
    id        TEXT NOT NULL,
    source    TEXT NOT NULL,
    record    TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    PRIMARY KEY (owner, namespace, id)
) STRICT;

-- What the last sync of a source brought; `rejected` is JSON.
CREATE TABLE source_syncs (
    owner     TEXT NOT NULL,
    namespace TEXT NOT NULL,
    source    TEXT NOT NULL,
    users     INTEGER NOT NULL,
    devices   INTEGER NOT NULL,
    groups    INTEGER NOT NULL,
    synced_at INTEGER NOT NULL,
    rejected  TEXT NOT NULL,
    PRIMARY KEY (owner, namespace, source)
) STRICT;

-- Group membership with nested groups followed; `kind` says whether `member` is a user or a device.
CREATE TABLE memberships (
    owner     TEXT NOT NULL,
    namespace TEXT NOT NULL,
    kind      TEXT NOT NULL,
    member    TEXT NOT NULL,
    group_id  TEXT NOT NULL,
    PRIMARY KEY (owner, namespace, kind, member, group_id)
) STRICT;

-- One profile's certificate on one device, or one root on one device. `standing` is what the device is entitled to,
-- `state` what became of it, and `reason` and `message` why (empty: no reason); `version` moves with `standing`; `serial`
-- names the current certificate.
CREATE TABLE assignments (
    owner       TEXT NOT NULL,
    namespace   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    profile     TEXT NOT NULL,
    device      TEXT NOT NULL,
    association TEXT NOT NULL,
    standing    TEXT NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    message     TEXT NOT NULL,
    serial      TEXT,
    reissue     INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (owner, namespace, kind, profile, device, association)
) STRICT;
CREATE INDEX assignments_by_device ON assignments (owner, namespace, device);

-- `mac` is the secret under a key that is not in this database. A reservation keeps the request it was made for and the
-- row versions that it was judged by.
CREATE TABLE challenges (
    id                 TEXT NOT NULL PRIMARY KEY,
    mac                BLOB NOT NULL,
    owner              TEXT NOT NULL,
    namespace          TEXT NOT NULL,
    profile            TEXT NOT NULL,
    device             TEXT NOT NULL,
    association        TEXT NOT NULL,
    state              TEXT NOT NULL,
    void_reason        TEXT,
    created_at         INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    fingerprint        BLOB,
    key_fingerprint    BLOB,
    serial             TEXT UNIQUE,
    profile_revision   INTEGER,
    inventory_revision INTEGER,
    assignment_version INTEGER
) STRICT;
CREATE INDEX challenges_by_assignment ON challenges (owner, namespace, profile, device, association);

-- Every key that a serial was ever reserved for: a key is certified once.
CREATE TABLE request_keys (
    fingerprint BLOB NOT NULL PRIMARY KEY,
    challenge   TEXT NOT NULL,
    owner       TEXT NOT NULL,
    namespace   TEXT NOT NULL,
    profile     TEXT NOT NULL,
    device      TEXT NOT NULL,
    association TEXT NOT NULL
) STRICT;

-- `user_id` is set where the certificate names a user. `revoked_at` is null while the certificate lives.
CREATE TABLE certificates (
    serial            TEXT NOT NULL PRIMARY KEY,
    authority         TEXT NOT NULL,
    owner             TEXT NOT NULL,
    namespace         TEXT NOT NULL,
    profile           TEXT NOT NULL,
    device            TEXT NOT NULL,
    association       TEXT NOT NULL,
    user_id           TEXT,
    challenge         TEXT NOT NULL,
    fingerprint       BLOB NOT NULL,
    der               BLOB NOT NULL,
    sha1              TEXT NOT NULL,
    not_before        INTEGER NOT NULL,
    not_after         INTEGER NOT NULL,
    recorded_at       INTEGER NOT NULL,
    revoked_at        INTEGER,
    revocation_reason TEXT
) STRICT;
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
    authority TEXT NOT NULL PRIMARY KEY,
    number    INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    id         TEXT NOT NULL PRIMARY KEY,
    mac        BLOB NOT NULL,
    owner      TEXT NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    scopes     TEXT NOT NULL,
    namespaces TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

-- The audit: appended to, never changed; each row's hash covers the row before it.
CREATE TABLE events (
    sequence    INTEGER NOT NULL PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    owner       TEXT NOT NULL,
    namespace   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    device      TEXT NOT NULL,
    what        TEXT NOT NULL,
    detail      TEXT NOT NULL,
    hash        BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_device ON events (owner, namespace, device, sequence);

CREATE TABLE audit_head (
    id       INTEGER NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, x'');

-- Keys whose status may have changed; an older entry of the same key is removed when a newer one is added.
CREATE TABLE feed (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    transaction_id INTEGER NOT NULL DEFAULT 0,
    owner          TEXT NOT NULL,
    namespace      TEXT NOT NULL,
    kind           TEXT NOT NULL,
    name           TEXT NOT NULL
) STRICT;
CREATE INDEX feed_by_key ON feed (owner, namespace, kind, name);
