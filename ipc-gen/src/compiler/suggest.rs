//! Guesses which name was meant.

/// How many letters may differ.
const FURTHEST: usize = 2;

/// How many names are told at most.
const MOST_NAMES: usize = 8;

/// A hint at the known name that is closest to an unknown one.
pub(crate) fn suggestion<'a, T: AsRef<str> + 'a + ?Sized>(
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

/// What an unknown name can be: the closest of these, or any of them if they are few.
pub(crate) fn choice<'a>(
    unknown: &str,
    what: &str,
    known: impl Iterator<Item = &'a String> + Clone,
) -> Option<String> {
    if let Some(help) = suggestion(unknown, known.clone()) {
        return Some(help);
    }
    let names: Vec<_> = known.map(|name| format!("`{name}`")).collect();
    let (last, others) = names.split_last()?;
    match others {
        [] => Some(format!("the only {what} is {last}")),
        others if others.len() < MOST_NAMES => {
            Some(format!("the {what}s are {} and {last}", others.join(", ")))
        }
        _ => None,
    }
}

/// How many letters have to be changed, added, taken away or exchanged with the next one, if they are few.
fn distance(from: &str, to: &str, most: usize) -> Option<usize> {
    if from.len().abs_diff(to.len()) > most || from.len() > 100 {
        return None;
    }
    let (from, to) = (from.as_bytes(), to.as_bytes());
    // The steps from the first letters to each beginning of the other name, and the same of the letters
    // before the last one and of those before it.
    let mut steps: Vec<usize> = (0..=to.len()).collect();
    let mut before = steps.clone();
    for (index, letter) in from.iter().enumerate() {
        let mut next = vec![index + 1];
        for (place, other) in to.iter().enumerate() {
            let changed = steps.get(place)? + usize::from(letter != other);
            let added = next.get(place)?.min(steps.get(place + 1)?) + 1;
            let mut least = changed.min(added);
            let exchanged = index > 0
                && place > 0
                && from.get(index - 1) == Some(other)
                && to.get(place - 1) == Some(letter);
            if exchanged {
                least = least.min(before.get(place - 1)? + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut steps, next);
    }
    steps.last().copied().filter(|steps| *steps <= most)
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
        assert_eq!(hint("Txet").as_deref(), Some("did you mean `Text`?"));
        assert_eq!(
            suggestion("Int23", ["Int16", "Int32", "UInt32"]).as_deref(),
            Some("did you mean `Int32`?")
        );
    }
}
