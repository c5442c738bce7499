//! Statements and their parameters, and steps made of them, for whichever driver executes them.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::columns::{Bind, Parameter};
use crate::ledger::{Ledger, Touched};

/// One statement and its parameters, `$1` and so on.
pub(crate) struct Statement {
    pub(crate) text: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    /// The object whose status changes with a row that it changes.
    pub(crate) touches: Option<Touched>,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, parameters: Vec::new(), touches: None }
    }

    /// The same, on whose rows an object's status depends.
    pub(crate) fn touching(self, touched: Touched) -> Self {
        Self { touches: Some(touched), ..self }
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

/// Something that a transaction does as a whole or not at all.
pub(crate) trait Step {
    /// What decides. It changes one row, or nothing is done.
    fn condition(&self, now: Timestamp) -> Statement;

    /// What follows where it did, in this order.
    fn consequence(&self, ledger: &mut Ledger) -> Result<Vec<Statement>, StoreError>;
}

impl Bind for Statement {
    fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }
}
