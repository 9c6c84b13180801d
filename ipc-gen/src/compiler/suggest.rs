//! Guesses which name was meant.

/// How many letters may differ.
const FURTHEST: usize = 2;

/// A hint at the known name that is closest to an unknown one.
pub(super) fn suggestion<'a, T: AsRef<str> + 'a + ?Sized>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a T>,
) -> Option<String> {
    let furthest = FURTHEST.min(unknown.len() / 3);
    let candidates = known.into_iter().map(AsRef::as_ref).filter_map(|name| {
        if name == unknown {
            return None;
        }
        let steps = if name.eq_ignore_ascii_case(unknown) {
            0
        } else {
            distance(unknown, name, furthest)?
        };
        Some((steps, name))
    });
    let (_, name) = candidates.min()?;
    Some(format!("did you mean `{name}`?"))
}

/// How many letters have to be changed, added or taken away, if they are few.
fn distance(from: &str, to: &str, most: usize) -> Option<usize> {
    if from.len().abs_diff(to.len()) > most || from.len() > 100 {
        return None;
    }
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.bytes().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (above, other) in row.iter_mut().skip(1).zip(to.bytes()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
    }
    row.last().copied().filter(|steps| *steps <= most)
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn finds_the_closest_name() {
        let known = ["Text", "Thread", "ThreadMap", "context"];
        let hint = |name| suggestion(name, known);
        assert_eq!(hint("Tred").as_deref(), None);
        assert_eq!(hint("Thraed").as_deref(), Some("did you mean `Thread`?"));
        assert_eq!(hint("Context").as_deref(), Some("did you mean `context`?"));
        assert_eq!(hint("Wallet"), None);
    }
}
