//! HTML of other programs to blocks: what a page holds in the same sense, everything else as its text.
//!
//! Only tokens are read, never a tree, so no nesting can hurt. Scripts and style sheets are left out, of a style only
//! weight, slant and strike count, and of addresses those of the web, of mail and of the workspace.

mod build;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use tern_model::block::Block;

use build::Builder;

/// Longest HTML that is read, bytes; what is longer is cut.
pub const MAX_HTML_BYTES: usize = 4 << 20;

/// Says in HTML that it is Tern's, so that its Markdown is read instead.
pub const MARK: &str = "<meta name=\"generator\" content=\"Tern\">";

/// Whether Tern wrote the HTML.
pub fn is_own(html: &str) -> bool {
    html.contains(MARK)
}

/// Reads HTML (a whole page or a part of one) as blocks in normal form.
pub fn parse(html: &str) -> Vec<Block> {
    let text = cut(html);
    // What stands around the part that was copied is no part of it.
    let text = text.split_once("<!--StartFragment-->").map_or(text, |(_, part)| part);
    let text = text.split_once("<!--EndFragment-->").map_or(text, |(part, _)| part);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let sink = Sink { builder: RefCell::default(), raw: RefCell::default() };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    crate::markdown::normalise(&tokenizer.sink.builder.into_inner().finish())
}

/// What is read of it: no character is cut in two.
fn cut(html: &str) -> &str {
    let end = (0..=html.len().min(MAX_HTML_BYTES)).rev().find(|at| html.is_char_boundary(*at)).unwrap_or(0);
    html.get(..end).unwrap_or_default()
}

/// Takes the tokens.
struct Sink {
    builder: RefCell<Builder>,
    /// The element whose content is left out.
    raw: RefCell<Option<String>>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(&tag),
            Token::CharacterTokens(text) if self.raw.borrow().is_none() => {
                self.builder.borrow_mut().text(&text)
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Sink {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let raw = self.raw.borrow().clone();
        if let Some(raw) = raw {
            if raw == name && tag.kind == TagKind::EndTag {
                *self.raw.borrow_mut() = None;
            }
            return TokenSinkResult::Continue;
        }
        let attr = |wanted: &str| {
            tag.attrs.iter().find(|attr| &*attr.name.local == wanted).map(|attr| attr.value.to_string())
        };
        if tag.kind == TagKind::EndTag {
            self.builder.borrow_mut().end(name);
            return TokenSinkResult::Continue;
        }
        let kind = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "noscript" | "iframe" | "noembed" | "noframes" | "xmp" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(kind) = kind {
            *self.raw.borrow_mut() = Some(name.to_owned());
            return TokenSinkResult::RawData(kind);
        }
        self.builder.borrow_mut().start(name, &attr);
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests;
