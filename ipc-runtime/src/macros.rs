//! The macros, with their documentation.

/// Holds a trait against the interface of a Cap'n Proto schema, and makes its proxy and adapter.
///
/// The trait is an ordinary one of your own, with the types that you want it to have; what is wrong with it is told
/// where it stands. Beside a trait `Greeter` there are then `GreeterProxy`, `GreeterAdapter`, and for methods with
/// several results or with errors of their own, types such as `GreeterMeetResults` and `GreeterMeetError`: the same
/// that `ipc-gen` generates, without a build script.
///
/// ```
/// use ipc_runtime::{Exception, ipc_interface};
///
/// # /*
/// #[ipc_interface(schema = "schema/greeter.capnp")]
/// # */
/// # #[ipc_interface(schema = "../examples/greeter/schema/greeter.capnp")]
/// pub trait Greeter {
///     /// Says something kind to `name`.
///     async fn greet(&self, name: String) -> Result<String, Exception>;
///     async fn make_counter(&self) -> Result<CounterProxy, Exception>;
/// }
///
/// # /*
/// #[ipc_interface(schema = "schema/greeter.capnp")]
/// # */
/// # #[ipc_interface(schema = "../examples/greeter/schema/greeter.capnp")]
/// pub trait Counter {
///     fn add(&self, amount: u32) -> Result<u64, Exception>; // no `async`, since it answers at once
/// }
///
/// struct Kind;
///
/// impl Greeter for Kind {
///     async fn greet(&self, name: String) -> Result<String, Exception> {
///         Ok(format!("Hello, {name}!"))
///     }
///
///     async fn make_counter(&self) -> Result<CounterProxy, Exception> {
///         Err(Exception::failed("not today"))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Exception> {
/// let greeter = GreeterProxy::new(Kind);
/// assert_eq!(greeter.greet("world").await?, "Hello, world!");
/// # Ok(())
/// # }
/// ```
///
/// # Types
///
/// Scalars, `String` for Text, `Vec<u8>` for Data and `Vec<T>` for lists are the schema's by themselves; objects go
/// by their proxies, and `Option` stands where the schema says that a value may be missing. Beyond that:
///
/// - *What the schema declares* goes by its name there. It can come from `ipc-gen`'s generated modules, or be a
///   struct or enum of yours with [`IpcStruct`] or [`IpcEnum`], of any name.
/// - *A type of your own* in the place of Text, Data, a number or a list implements
///   [`CustomValue`](crate::CustomValue).
/// - *A type of another crate* is converted by a module of functions, as in `Builder::type_override` of `ipc-gen`:
///   `#[ipc(with = path)]` before a parameter, or before the method for its result.
/// - *In the place of a struct or enum*, `#[ipc(from = Type)]` says from which type it is converted.
/// - *What nobody names*, such as the fields of a struct of results, goes by the schema's name in the scope of the
///   trait, or in the module that the argument `types` names.
///
/// # Arguments
///
/// | | |
/// |---|---|
/// | `schema = "…"` | the schema file, relative to the folder of `Cargo.toml` |
/// | `interface = "…"` | the interface, if it is not called as the trait is; `Outer.Inner` for one in another |
/// | `import_path = "…"`, `["…", "…"]` | where imports that begin with `/` are looked up |
/// | `src_prefix = "…"`, `["…", "…"]` | what names of schemas are relative to, where `types` is given |
/// | `types = path` | the module of generated code that has the schema's other declarations |
/// | `id = 0x…` | the trait is the source: see below |
/// | `crate = path` | where this crate is, if not at `::ipc_runtime` |
///
/// In the trait:
///
/// | | |
/// |---|---|
/// | `#[ipc(nullable)]` | before a parameter or a method: null is a value like others, and the type an `Option` |
/// | `#[ipc(cancel_with = "stop")]` | the method that ends calls of this one which nobody waits for any more |
/// | `#[ipc(with = path)]`, `#[ipc(from = Type)]` | how a type of one's own is converted |
///
/// What implements a method finds its caller by [`Caller::current`](crate::Caller::current); the Context, `construct`
/// and `destroy` of a schema are the runtime's matter.
///
/// A schema that changes is read again in the next build. The type parameters of a generic interface are those of the
/// trait, and the supertraits are the interfaces that it extends.
///
/// # Without a schema
///
/// With an `id`, which must be new, the trait is the source. Methods are numbered in their order, around those that
/// `#[ipc(ordinal = 3)]` numbers, as a method must keep its number for ever. An `Option` may be missing, and types of
/// your own are structs unless `#[ipc(enum)]` stands before the parameter or field, `#[ipc(context)]` gives a method a
/// Context, which lets a peer of libmultiprocess run it on a thread, and `#[ipc(exception)]` makes failures a result, as
/// such peers expect them.
///
/// ```
/// use ipc_runtime::{Exception, IpcEnum, IpcStruct, ipc_interface};
///
/// #[derive(Clone, Copy, Debug, IpcEnum)]
/// #[ipc(id = 0xb7c0d2f4a1e35896)]
/// pub enum Tone {
///     Plain,
///     Loud,
///     /// What a newer peer may say.
///     Unknown(u16),
/// }
///
/// #[derive(Clone, Debug, IpcStruct)]
/// #[ipc(id = 0xd3a9f1c7e5b24680)]
/// pub struct Line {
///     pub text: String,
///     #[ipc(enum)]
///     pub tone: Tone,
/// }
///
/// #[ipc_interface(id = 0xe9f4b2d8c6a17350)]
/// pub trait Stage {
///     async fn say(&self, line: Line) -> Result<Option<u32>, Exception>;
/// }
/// # fn main() {}
/// ```
///
/// `ipc-gen export -o schema/stage.capnp src/lib.rs` writes the schema for peers in other languages. Once
/// `schema = "schema/stage.capnp"` names it beside the `id`, a change that breaks such peers does not compile.
///
/// # What is checked by the compiler later
///
/// The macro sees names and not types. That `Article` is the struct which the schema calls `Item`, and `Hash` a
/// `CustomValue`, the compiler finds out afterwards, and says it of the same place. It does not find out that an enum
/// stands for *another* enum of the schema, if its name is none of the schema's.
pub use ipc_macros::ipc_interface;

/// Makes a struct of your own the struct of a schema.
///
/// Its fields have the names of the schema's, in snake case, and types as in [`ipc_interface`](macro@ipc_interface). Derive `Clone` and
/// `Debug`, too; `Default` is made here, with the defaults of the schema.
///
/// ```
/// # use ipc_runtime::IpcStruct;
/// #[derive(Clone, Debug, IpcStruct)]
/// # /*
/// #[ipc(schema = "schema/common.capnp", name = "BlockRef")]
/// # */
/// # #[ipc(schema = "../schema/v32/common.capnp", name = "BlockRef")]
/// pub struct Tip {
///     pub hash: [u8; 32],
///     pub height: i32,
/// }
/// # fn main() {}
/// ```
///
/// The attribute takes the arguments of [`ipc_interface`](macro@ipc_interface), with `name` for the struct's. With `id = 0x…` the struct
/// is the source. Unions and structs with type parameters are left to `ipc-gen`.
pub use ipc_macros::IpcStruct;

/// Makes an enum of your own the enum of a schema.
///
/// Its variants are the schema's in camel case, in any order, and `Unknown(u16)` for numbers that only a newer schema
/// names. Derive `Clone`, `Copy` and `Debug`, too; `Default` is made here, and is the schema's first.
///
/// The attribute is that of [`IpcStruct`]. With `id = 0x…` the enum is the source: its variants are numbered in their
/// order.
pub use ipc_macros::IpcEnum;
