//! A statement and its parameters, for whichever driver executes it.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::columns::{Bind, Parameter};

/// One statement and its parameters, `$1` and so on.
pub(crate) struct Statement {
    pub(crate) text: &'static str,
    pub(crate) parameters: Vec<Parameter>,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, parameters: Vec::new() }
    }

    /// Executes it; how many rows it changed.
    pub(crate) async fn execute(self, sql: &mut AnyConnection) -> Result<u64, StoreError> {
        let query = self.parameters.into_iter().fold(sqlx::query(self.text), Bind::parameter);
        Ok(query.execute(sql).await?.rows_affected())
    }

    /// The first row of its answer.
    pub(crate) async fn first(self, sql: &mut AnyConnection) -> Result<Option<AnyRow>, StoreError> {
        let query = self.parameters.into_iter().fold(sqlx::query(self.text), Bind::parameter);
        Ok(query.fetch_optional(sql).await?)
    }
}

impl Bind for Statement {
    fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }
}
