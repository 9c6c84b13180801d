//! Interfaces as methods of `jsonrpsee`.

use std::collections::BTreeSet;
use std::fmt;

use ipc_runtime::{Call, Exception};
use jsonrpsee_server::{RegisterMethodError, RpcModule};

use super::errors::JsonFailure;
use super::kind::Kind;
use super::params::Params;
use super::registry::{Failure, Registry};
use super::side::JsonObject;
use super::values::JsonValue;

/// The methods of `root`, and those of the objects that its methods bring, directly or not.
///
/// Objects go by handles, which are texts that mean something on the connection that brought them, and are let go with
/// it, or before by the method `destroy` of their interface. Connections share objects in a session: the answer to a
/// request with the header `Ipc-Session: new` has an id in that header, which others name there.
///
/// # Errors
///
/// Two interfaces have methods of the same name.
pub fn module<P: JsonObject>(root: P) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut all = All {
        registry: Registry::default(),
        told: BTreeSet::new(),
    };
    all.tell(Some(root));
    all.registry.module()
}

struct All {
    registry: Registry,
    /// The interfaces whose methods are in it.
    told: BTreeSet<&'static [u64]>,
}

impl All {
    fn tell<P: JsonObject>(&mut self, root: Option<P>) {
        if self.told.insert(P::IDS) {
            P::methods(&mut Methods { all: self, root });
        }
    }
}

/// Takes the methods of one interface.
pub struct Methods<'a, P> {
    all: &'a mut All,
    root: Option<P>,
}

/// Calls the object with the parameters.
type Run<P, T, E> = fn(&P, &mut Params<'_>) -> Result<Call<T, E>, Exception>;

impl<P: JsonObject> Methods<'_, P> {
    /// A method, its parameters, and how to call it.
    pub fn method<T, E>(
        &mut self,
        name: &'static str,
        params: &'static [&'static str],
        run: Run<P, T, E>,
    ) where
        T: JsonValue + Send + 'static,
        E: JsonFailure + Send + 'static,
    {
        let root = self.root.clone();
        self.all.registry.method(name, move |given, objects| {
            let root = root.clone();
            async move {
                let side = objects.side();
                let call = {
                    let (mut params, object) = Params::new(given, params, root.is_none(), side)?;
                    let object = match (object, root) {
                        (Some(handle), _) => P::from_object(objects.get(Kind::of::<P>(), &handle)?),
                        (None, Some(root)) => root,
                        (None, None) => return Err(Failure::params("the object is missing")),
                    };
                    run(&object, &mut params)?
                };
                let result = call.await.map_err(|error| Failure::of(error, side))?;
                result.to_json(side).map_err(Failure::Call)
            }
        });
    }

    /// The method that lets an object go, and waits until it has ended.
    pub fn destroy(&mut self, name: &'static str) {
        self.all.registry.destroy(name, Kind::of::<P>());
    }

    /// An interface that this one extends. Its methods are those of the same object.
    pub fn base<Q: JsonObject>(&mut self) {
        let root = self.root.as_ref().map(|root| root.object().cast());
        self.all.tell::<Q>(root);
    }

    /// An interface whose objects the methods bring or take.
    pub fn interface<Q: JsonObject>(&mut self) {
        self.all.tell::<Q>(None);
    }
}

impl<P> fmt::Debug for Methods<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Methods").finish_non_exhaustive()
    }
}
