//! The types that stand for those of `fixtures/custom.capnp`.

use std::borrow::Cow;
use std::convert::Infallible;

use ipc_runtime::CustomValue;

/// An identifier, which always begins with the same byte and is never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(pub Vec<u8>);

impl Default for Id {
    fn default() -> Self {
        Self(vec![Self::FIRST])
    }
}

impl Id {
    /// What identifiers begin with.
    pub const FIRST: u8 = 7;
}

impl CustomValue<[u8]> for Id {
    type Error = String;

    fn from_wire(bytes: &[u8]) -> Result<Self, Self::Error> {
        match bytes.first() {
            Some(&Self::FIRST) => Ok(Self(bytes.to_vec())),
            other => Err(format!("an id begins with 7, not {other:?}")),
        }
    }

    fn to_wire(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}

/// A text in capital letters here, and in small ones in messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(pub String);

impl CustomValue<str> for Label {
    type Error = Infallible;

    fn from_wire(text: &str) -> Result<Self, Self::Error> {
        Ok(Self(text.to_uppercase()))
    }

    fn to_wire(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_lowercase())
    }
}

/// A height, which is never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Height(pub u32);

impl CustomValue<i32> for Height {
    type Error = std::num::TryFromIntError;

    fn from_wire(height: i32) -> Result<Self, Self::Error> {
        height.try_into().map(Self)
    }

    fn to_wire(&self) -> i32 {
        self.0.try_into().unwrap_or(i32::MAX)
    }
}

/// A place by another name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point(pub i32, pub i32);

/// A colour that has to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// As the schema has it.
    #[default]
    Red,
    /// As the schema has it.
    Green,
}

/// A chain without boxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(pub Vec<String>);

/// A message to which each step of its way adds a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooked(pub String);

/// What the types of the schema have in common, which are compiled twice here.
pub trait Place {
    /// From its coordinates.
    fn at(x: i32, y: i32) -> Self;

    /// Its coordinates.
    fn coordinates(&self) -> (i32, i32);
}

macro_rules! stand_for_types_of {
    ($($module:ident)::+) => {
        impl Place for $($module)::+::Coordinates {
            fn at(x: i32, y: i32) -> Self {
                Self { x, y }
            }

            fn coordinates(&self) -> (i32, i32) {
                (self.x, self.y)
            }
        }

        impl CustomValue<$($module)::+::Coordinates> for Point {
            type Error = Infallible;

            fn from_wire(wire: $($module)::+::Coordinates) -> Result<Self, Self::Error> {
                Ok(Self(wire.x, wire.y))
            }

            fn to_wire(&self) -> $($module)::+::Coordinates {
                Place::at(self.0, self.1)
            }
        }

        impl CustomValue<$($module)::+::Colour> for Paint {
            type Error = String;

            fn from_wire(colour: $($module)::+::Colour) -> Result<Self, Self::Error> {
                match colour.number() {
                    0 => Ok(Self::Red),
                    1 => Ok(Self::Green),
                    number => Err(format!("there is no colour {number}")),
                }
            }

            fn to_wire(&self) -> $($module)::+::Colour {
                match self {
                    Self::Red => $($module)::+::Colour::Red,
                    Self::Green => $($module)::+::Colour::Green,
                }
            }
        }

        impl CustomValue<$($module)::+::Chain> for Links {
            type Error = Infallible;

            fn from_wire(chain: $($module)::+::Chain) -> Result<Self, Self::Error> {
                let mut links = vec![chain.link];
                links.extend(chain.next.into_iter().flat_map(|next| next.0));
                Ok(Self(links))
            }

            fn to_wire(&self) -> $($module)::+::Chain {
                let (link, rest) = match self.0.split_first() {
                    Some((link, rest)) => (link.clone(), rest.to_vec()),
                    None => Default::default(),
                };
                $($module)::+::Chain {
                    link,
                    next: (!rest.is_empty()).then(|| Box::new(Self(rest))),
                }
            }
        }
    };
}

macro_rules! hook_message_of {
    ($($module:ident)::+) => {
        impl CustomValue<$($module)::+::FooMessage> for Hooked {
            type Error = Infallible;

            fn from_wire(wire: $($module)::+::FooMessage) -> Result<Self, Self::Error> {
                Ok(Self(wire.message + " read"))
            }

            fn to_wire(&self) -> $($module)::+::FooMessage {
                $($module)::+::FooMessage {
                    message: format!("{} build", self.0),
                }
            }
        }
    };
}

stand_for_types_of!(crate::custom);
stand_for_types_of!(crate::without_prelude::custom);
hook_message_of!(crate::foo);
hook_message_of!(crate::without_prelude::foo);

/// Milliseconds.
pub mod millis {
    use std::convert::Infallible;
    use std::time::Duration;

    /// So many of them.
    pub fn from_wire(millis: u64) -> Result<Duration, Infallible> {
        Ok(Duration::from_millis(millis))
    }

    /// How many they are.
    pub fn to_wire(duration: &Duration) -> u64 {
        duration.as_millis().try_into().unwrap_or(u64::MAX)
    }

    /// None.
    pub fn default() -> Duration {
        Duration::ZERO
    }
}

/// Places by their first coordinate.
pub mod route {
    use std::collections::BTreeMap;

    use super::Place;

    /// No two places have the same first coordinate.
    pub fn from_wire<P: Place>(places: Vec<P>) -> Result<BTreeMap<i32, i32>, &'static str> {
        let count = places.len();
        let route: BTreeMap<_, _> = places.iter().map(Place::coordinates).collect();
        if route.len() == count {
            Ok(route)
        } else {
            Err("the route meets itself")
        }
    }

    /// By the order of their first coordinate.
    pub fn to_wire<P: Place>(route: &BTreeMap<i32, i32>) -> Vec<P> {
        route.iter().map(|(x, y)| P::at(*x, *y)).collect()
    }

    /// Nowhere.
    pub fn default() -> BTreeMap<i32, i32> {
        BTreeMap::new()
    }
}
