//! Templates: literal text and `{{Variables}}`, parsed before anything is substituted (SUB-10, VAR-17, VAR-19).

mod variable;

pub use variable::Variable;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself.
    Literal(String),
    /// A variable to be replaced by the device's or user's value.
    Variable(Variable),
}

/// A parsed text with variables. Substitution is literal concatenation (VAR-17) and never re-expands (VAR-19).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The variables used, in order, repetitions included.
    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Variable(variable) => Some(*variable),
        })
    }
}
