//! Text that must not be logged and does not stay in memory: recovery words and tickets.

use zeroize::Zeroizing;

/// Text that is wiped when it goes and never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes text over.
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text, for a field to change.
    pub fn text_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("abandon ability".into())), "Secret");
    }
}
