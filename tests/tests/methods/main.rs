//! What methods mean, by the rules of Cap'n Proto and libmultiprocess, locally and over a socket.

mod callbacks;
mod errors;
mod generics;
mod inheritance;
mod rules;
mod support;
