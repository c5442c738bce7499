//! Statements that go to the database together.
//!
//! SQLite is asked through a thread of its own, and going there and back costs more than most statements do. So statements
//! that need nothing of each other's outcome go there as one text (decision 0280). PostgreSQL takes them one by one.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use crate::StoreError;
use crate::columns::{Bind, Parameter};
use crate::dialect::Dialect;

/// How many go together at most.
const LARGEST_BATCH: usize = 16;

/// One statement and its parameters, `$1` and so on.
pub(crate) struct Statement {
    text: &'static str,
    parameters: Vec<Parameter>,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, parameters: Vec::new() }
    }
}

impl Bind for Statement {
    fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }
}

/// Executes statements in their order.
pub(crate) async fn execute(
    dialect: Dialect,
    sql: &mut AnyConnection,
    statements: Vec<Statement>,
) -> Result<(), StoreError> {
    match dialect {
        Dialect::Sqlite => {
            let mut rest = statements.into_iter().peekable();
            while rest.peek().is_some() {
                let Joined { text, parameters } = Joined::of(rest.by_ref().take(LARGEST_BATCH));
                bind(sqlx::query(AssertSqlSafe(text)), parameters).execute(&mut *sql).await?;
            }
        }
        Dialect::Postgres => {
            for Statement { text, parameters } in statements {
                bind(sqlx::query(text), parameters).execute(&mut *sql).await?;
            }
        }
    }
    Ok(())
}

/// Several statements as one text, its parameters numbered through.
struct Joined {
    text: String,
    parameters: Vec<Parameter>,
}

impl Joined {
    fn of(statements: impl Iterator<Item = Statement>) -> Self {
        let mut joined = Self { text: String::new(), parameters: Vec::new() };
        for statement in statements {
            joined.push(statement);
        }
        joined
    }

    fn push(&mut self, statement: Statement) {
        let before = self.parameters.len();
        let mut parts = statement.text.split('$');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + before;
            self.text.push_str(&format!("${number}{rest}"));
        }
        self.text.push(';');
        self.parameters.extend(statement.parameters);
    }
}

fn bind(query: Query<'_, Any, AnyArguments>, parameters: Vec<Parameter>) -> Query<'_, Any, AnyArguments> {
    parameters.into_iter().fold(query, Bind::parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_go_together_keep_their_own_parameters() {
        let first = Statement::new("UPDATE a SET b = $2, c = $1 WHERE b <> $2").text("one").text("two");
        let second = Statement::new("INSERT INTO d VALUES ($1)").text("three");
        let joined = Joined::of([first, second].into_iter());
        assert_eq!(joined.text, "UPDATE a SET b = $2, c = $1 WHERE b <> $2;INSERT INTO d VALUES ($3);");
        let texts = joined.parameters.into_iter().map(|parameter| match parameter {
            Parameter::Text(text) => text,
            Parameter::Integer(_) | Parameter::OptionalText(_) | Parameter::Bytes(_) => panic!("no text"),
        });
        assert_eq!(texts.collect::<Vec<_>>(), ["one", "two", "three"]);
    }
}
