//! What leads to more of its kind is done one after the other, not one inside of the other: a long chain of calls,
//! each of what the one before it will bring, comes to its end without a stack as deep.

use std::cell::RefCell;
use std::collections::VecDeque;

type Act = Box<dyn FnOnce()>;

thread_local! {
    /// What is next on this thread, while it is at something.
    static NEXT: RefCell<Option<VecDeque<Act>>> = const { RefCell::new(None) };
}

/// Whether this thread is inside of [`nest`], so that [`in_turn`] would put something off.
pub(crate) fn is_nested() -> bool {
    NEXT.with_borrow(Option::is_some)
}

/// Does something now, and then what was put off meanwhile.
pub(crate) fn nest(act: impl FnOnce()) {
    if is_nested() {
        return act();
    }
    NEXT.set(Some(VecDeque::new()));
    let _turns = Turns;
    act();
    while let Some(next) = NEXT.with_borrow_mut(|next| next.as_mut()?.pop_front()) {
        next();
    }
}

/// Does something now, or after what this thread is at.
pub(crate) fn in_turn(act: impl FnOnce() + 'static) {
    if !is_nested() {
        return nest(act);
    }
    NEXT.with_borrow_mut(|next| {
        if let Some(next) = next {
            next.push_back(Box::new(act));
        }
    });
}

/// Ends with [`nest`], however that ends.
struct Turns;

impl Drop for Turns {
    fn drop(&mut self) {
        drop(NEXT.take());
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn what_comes_up_meanwhile_is_done_afterwards_in_its_order() {
        let done = Rc::new(RefCell::new(Vec::new()));
        let [first, second, third] = [1, 2, 3].map(|number| {
            let done = Rc::clone(&done);
            move || done.borrow_mut().push(number)
        });
        in_turn(move || {
            in_turn(second);
            in_turn(third);
            first();
        });
        assert_eq!(*done.borrow(), [1, 2, 3]);
        assert!(!is_nested());
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        fn count(down: u32) {
            if down > 0 {
                in_turn(move || count(down - 1));
            }
        }
        count(1_000_000);
        assert!(!is_nested());
    }

    #[test]
    fn a_panic_leaves_no_mess() {
        let panicked = std::panic::catch_unwind(|| {
            in_turn(|| {
                in_turn(|| ());
                panic!("as expected");
            });
        });
        assert!(panicked.is_err());
        assert!(!is_nested());
    }
}
