//! What breaks of one declaration.

use super::compare::compare;
use crate::schema::Loaded;

/// What the new version of a declaration breaks for those who have the old one.
///
/// Both files have the same name, and what else the new one declares does not matter.
pub(crate) fn breaks(old: &Loaded, new: &Loaded, name: &str) -> Vec<String> {
    let report = compare(old, new);
    let concerns = |place: &str| {
        let (_, declared) = place.split_once(':').unwrap_or_default();
        let rest = declared.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let changes = report.breaking_changes();
    let concerning = changes.filter(|(place, _)| concerns(place));
    concerning
        .map(|(place, what)| format!("{place}: {what}"))
        .collect()
}
