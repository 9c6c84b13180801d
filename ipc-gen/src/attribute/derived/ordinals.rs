//! Which number each method has.

use std::collections::BTreeMap;

use syn::{ItemTrait, LitInt};

use super::super::errors::Errors;
use super::super::signature::Signature;

/// The numbers of the methods, in their order. Those that say none take the free ones.
pub(super) fn ordinals(
    item: &ItemTrait,
    methods: &[Signature<'_>],
    errors: &mut Errors,
) -> Vec<u16> {
    let mut taken = BTreeMap::new();
    for method in methods {
        if let Some(ordinal) = &method.marks.ordinal {
            take(ordinal, method, &mut taken, errors);
        }
    }
    gap(item, methods.len(), &taken, errors);
    let mut free = (0..=u16::MAX).filter(|number| !taken.contains_key(number));
    let numbers = methods.iter().map(|method| match &method.marks.ordinal {
        Some(ordinal) => ordinal.base10_parse().unwrap_or_default(),
        None => free.next().unwrap_or_default(),
    });
    numbers.collect()
}

type Taken<'m> = BTreeMap<u16, (&'m LitInt, &'m str)>;

fn take<'m>(
    ordinal: &'m LitInt,
    method: &'m Signature<'_>,
    taken: &mut Taken<'m>,
    errors: &mut Errors,
) {
    let Ok(number) = ordinal.base10_parse::<u16>() else {
        let help = "methods have numbers from 0 to 65535";
        errors.push(ordinal, format!("{ordinal} is no number of a method"), help);
        return;
    };
    if let Some((_, other)) = taken.insert(number, (ordinal, &method.name)) {
        let help = "give each method a number of its own, which it keeps for ever";
        errors.push(
            ordinal,
            format!("`{other}` has the number {number} already"),
            help,
        );
    }
}

/// Numbers are those of an array: none is left out.
fn gap(item: &ItemTrait, methods: usize, taken: &Taken<'_>, errors: &mut Errors) {
    let beyond = taken
        .iter()
        .find(|(number, _)| usize::from(**number) >= methods);
    if let Some((number, (ordinal, _))) = beyond {
        let message = format!(
            "`{}` has {methods} methods, and one has the number {number}",
            item.ident
        );
        let help = "number them from 0 on without gaps; one that is no longer used keeps its place";
        errors.push(ordinal, message, help);
    }
}
