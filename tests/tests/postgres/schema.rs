//! The two schemas are one: what each database says of itself is read back and compared.

use scepter_store::Location;
use sqlx::{AnyConnection, Connection as _};

use crate::world::World;

/// `table.column type` and the column's place in the primary key, in PostgreSQL's words.
const COLUMNS_OF_SQLITE: &str = "
    SELECT t.name || '.' || c.name || ' '
        || CASE c.type WHEN 'TEXT' THEN 'text' WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE c.type END
        || CASE WHEN c.\"notnull\" OR c.pk THEN ' not null' ELSE '' END
        || CASE WHEN c.pk THEN ' key ' || c.pk ELSE '' END
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> '_sqlx_migrations'";
const COLUMNS_OF_POSTGRES: &str = "
    SELECT t.relname || '.' || c.attname || ' ' || format_type(c.atttypid, c.atttypmod)
        || CASE WHEN c.attnotnull THEN ' not null' ELSE '' END
        || COALESCE(' key ' || (SELECT array_position(k.indkey, c.attnum) + 1 FROM pg_index k
                                WHERE k.indrelid = t.oid AND k.indisprimary), '')
    FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND c.attnum > 0 AND NOT c.attisdropped
    AND t.relname <> '_sqlx_migrations'";

/// `table (columns)` of each index beside the primary keys, and whether it is unique, or holds some rows alone.
const INDEXES_OF_SQLITE: &str = "
    SELECT t.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name)
                                                                     ORDER BY seqno)) || ')'
        || CASE WHEN i.\"unique\" THEN ' unique' ELSE '' END || CASE WHEN i.partial THEN ' partial' ELSE '' END
    FROM sqlite_master t JOIN pragma_index_list(t.name) i
    WHERE t.type = 'table' AND t.name <> '_sqlx_migrations' AND i.origin <> 'pk'";
const INDEXES_OF_POSTGRES: &str = "
    SELECT t.relname || ' (' || (SELECT string_agg(c.attname, ', ' ORDER BY array_position(i.indkey, c.attnum))
                                 FROM pg_attribute c WHERE c.attrelid = t.oid AND c.attnum = ANY (i.indkey)) || ')'
        || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
        || CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END
    FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> '_sqlx_migrations' AND NOT i.indisprimary";

/// Text that would sort by a language's rules, not by its bytes as SQLite's does.
const SORTED_BY_LANGUAGE: &str = "
    SELECT t.relname || '.' || c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname <> '_sqlx_migrations'
    AND c.atttypid = 'text'::regtype AND c.attcollation <> '\"C\"'::regcollation";

/// Sorted lines.
async fn lines(world: &World, question: &'static str) -> Vec<String> {
    let mut connection = AnyConnection::connect(&world.url()).await.unwrap();
    let mut lines: Vec<String> = sqlx::query_scalar(question).fetch_all(&mut connection).await.unwrap();
    lines.sort_unstable();
    lines
}

async fn sqlite() -> World {
    let directory = tempfile::tempdir().unwrap();
    World::at(Location::Sqlite(directory.path().join("scepter.db")), Some(directory)).await
}

#[tokio::test]
async fn both_databases_have_the_same_columns_and_keys() {
    let columns = lines(&World::postgres().await, COLUMNS_OF_POSTGRES).await;
    assert!(columns.contains(&"challenges.id text not null key 1".to_owned()), "{columns:#?}");
    assert_eq!(columns, lines(&sqlite().await, COLUMNS_OF_SQLITE).await);
}

#[tokio::test]
async fn both_databases_have_the_same_indexes() {
    let indexes = lines(&World::postgres().await, INDEXES_OF_POSTGRES).await;
    for index in ["challenges (serial) unique", "challenges (owner, namespace) partial"] {
        assert!(indexes.contains(&index.to_owned()), "{indexes:#?}");
    }
    assert_eq!(indexes, lines(&sqlite().await, INDEXES_OF_SQLITE).await);
}

#[tokio::test]
async fn text_sorts_by_its_bytes() {
    assert_eq!(lines(&World::postgres().await, SORTED_BY_LANGUAGE).await, Vec::<String>::new());
}
