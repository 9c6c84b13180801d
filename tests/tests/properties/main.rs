//! What holds for every value: it survives a message, and stands in it as the official library writes it.

mod python;
mod strategies;

use std::fmt::Debug;

use ipc_runtime::{AnyPointer, PointerValue};
use proptest::prelude::*;

/// A value, through the bytes of a message as programs store it.
fn survives<T: PointerValue + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let bytes = AnyPointer::new(value).and_then(|any| any.to_bytes());
    let bytes = bytes.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let read = AnyPointer::from_bytes(&bytes).and_then(|any| any.get_as::<T>());
    let read = read.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&read, value);
    Ok(())
}

macro_rules! survive {
    ($($test:ident: $strategy:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
            $(
                #[test]
                fn $test(value in $strategy) {
                    survives(&value)?;
                }
            )*
        }
    };
}

survive! {
    numbers: strategies::numbers();
    lists: strategies::lists();
    lists_of_everything: strategies::all();
    shapes: strategies::shape();
    settings: strategies::setting();
    accounts: strategies::account();
    nodes: strategies::node();
    expressions: strategies::expression();
    generics: strategies::uses();
    defaults: strategies::everything();
    optional_fields: strategies::entry();
    declarations_inside_of_others: strategies::outer();
    custom_types: strategies::custom();
}
