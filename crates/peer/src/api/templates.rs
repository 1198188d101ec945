//! Pages to begin from.

use serde::Serialize;

/// Most saved templates that are offered.
pub const MAX_TEMPLATES: usize = 200;
/// Longest page that can be a template, bytes of Markdown.
pub const MAX_TEMPLATE_BYTES: usize = 256 * 1024;

/// The templates of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplatesView {
    /// First the built-in ones, then those that pages were saved as, by title.
    pub templates: Vec<TemplateView>,
}

/// A page to begin from. Blanks are still open: `{{me}}`, `{{today}}`, `{{project}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplateView {
    /// What it is called.
    pub name: String,
    /// Id of the page that holds it; none for a built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Title of a page made from it.
    pub title: String,
    /// Content as Markdown.
    pub text: String,
}
