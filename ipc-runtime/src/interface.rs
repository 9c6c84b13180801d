//! What the runtime knows about an interface: constants that generated code hands it.

/// An interface of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    pub(crate) name: &'static str,
    pub(crate) id: u64,
    pub(crate) methods: &'static [&'static Method],
    pub(crate) construct: Option<&'static Method>,
    pub(crate) destroy: Option<&'static Method>,
    also_destroy: &'static [&'static Method],
}

impl Interface {
    /// An interface with the schema's name and id, and every method that it answers.
    pub const fn new(name: &'static str, id: u64, methods: &'static [&'static Method]) -> Self {
        Self {
            name,
            id,
            methods,
            construct: None,
            destroy: None,
            also_destroy: &[],
        }
    }

    /// The method that a client calls first, to exchange thread maps.
    pub const fn construct(mut self, method: &'static Method) -> Self {
        self.construct = Some(method);
        self
    }

    /// The method that ends the object's life while the caller waits.
    pub const fn destroy(mut self, method: &'static Method) -> Self {
        self.destroy = Some(method);
        self
    }

    /// Methods of base interfaces that mean the same as [`Interface::destroy`].
    pub const fn also_destroy(mut self, methods: &'static [&'static Method]) -> Self {
        self.also_destroy = methods;
        self
    }

    /// Whether the method begins a connection.
    pub(crate) fn is_construct(&self, method: &Method) -> bool {
        self.construct.is_some_and(|construct| construct.is(method))
    }

    /// Whether the method ends the object's life.
    pub(crate) fn is_destroy(&self, method: &Method) -> bool {
        let mut destroys = self.destroy.iter().chain(self.also_destroy);
        destroys.any(|destroy| destroy.is(method))
    }

    /// The method that a call with these numbers means.
    pub(crate) fn method(&self, interface_id: u64, ordinal: u16) -> Option<&'static Method> {
        self.methods
            .iter()
            .find(|method| method.interface_id == interface_id && method.ordinal == ordinal)
            .copied()
    }
}

/// A method of an [`Interface`]: its numbers and the shape of its messages.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    pub(crate) interface_id: u64,
    pub(crate) ordinal: u16,
    /// Interface and method as the schema names them, with a dot between.
    pub(crate) name: &'static str,
    /// Where that dot is.
    dot: usize,
    pub(crate) params: StructSize,
    pub(crate) results: StructSize,
    /// The parameter that names the thread which runs the call.
    pub(crate) context: Option<u16>,
    /// The parameter and the result that carry thread maps.
    pub(crate) thread_map: Option<(u16, u16)>,
    /// The pointer of the result struct that holds the object which the call is made for.
    pub(crate) object: Option<u16>,
    streaming: bool,
    cancel_with: Option<&'static Method>,
}

impl Method {
    /// A method of the interface with this id; `name` is `Interface.method`.
    pub const fn new(interface_id: u64, ordinal: u16, name: &'static str) -> Self {
        Self {
            interface_id,
            ordinal,
            name,
            dot: dot(name),
            params: StructSize::EMPTY,
            results: StructSize::EMPTY,
            context: None,
            thread_map: None,
            object: None,
            streaming: false,
            cancel_with: None,
        }
    }

    /// `Interface.method`, as the schema names them.
    pub const fn full_name(&self) -> &'static str {
        self.name
    }

    /// The size of the parameter struct: words of data, and pointers.
    pub const fn params(mut self, data_words: u16, pointers: u16) -> Self {
        self.params = StructSize::new(data_words, pointers);
        self
    }

    /// The size of the result struct: words of data, and pointers.
    pub const fn results(mut self, data_words: u16, pointers: u16) -> Self {
        self.results = StructSize::new(data_words, pointers);
        self
    }

    /// The pointer of the parameter struct that holds the `Context`.
    pub const fn context(mut self, pointer: u16) -> Self {
        self.context = Some(pointer);
        self
    }

    /// The pointers that hold a `ThreadMap` in the parameters and in the results.
    pub const fn thread_map(mut self, param: u16, result: u16) -> Self {
        self.thread_map = Some((param, result));
        self
    }

    /// The pointer of the result struct that holds the method's one object, which can be called before
    /// the results are there: see [`Call::pipeline`](crate::Call::pipeline).
    pub const fn object(mut self, pointer: u16) -> Self {
        self.object = Some(pointer);
        self
    }

    /// Makes its calls parts of a stream (`-> stream` in the schema): an object's run one after the other, and
    /// callers are told to go on before they are done, as far as the window allows.
    pub const fn streaming(mut self) -> Self {
        self.streaming = true;
        self
    }

    /// The method of the same object that ends a call of this one, for peers that go on with a call
    /// when nobody waits for it any more.
    pub const fn cancel_with(mut self, method: &'static Method) -> Self {
        self.cancel_with = Some(method);
        self
    }

    /// What [`Method::cancel_with`] named.
    pub const fn canceller(&self) -> Option<&'static Method> {
        self.cancel_with
    }

    /// Whether its calls are parts of a stream. Those that name a thread are not: threads have an order of
    /// their own.
    pub(crate) fn streams(&self) -> bool {
        self.streaming && self.context.is_none()
    }

    /// Interface and method as the schema names them.
    pub(crate) fn names(&self) -> (&'static str, &'static str) {
        let interface = self.name.get(..self.dot).unwrap_or_default();
        let method = self.name.get(self.dot + 1..).unwrap_or(self.name);
        (interface, method)
    }

    fn is(&self, other: &Self) -> bool {
        (self.interface_id, self.ordinal) == (other.interface_id, other.ordinal)
    }
}

/// Where the first dot of a name is, or its end.
const fn dot(name: &str) -> usize {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'.' {
        at += 1;
    }
    at
}

/// The size of a struct on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StructSize {
    /// Words of eight bytes.
    pub(crate) data: u16,
    pub(crate) pointers: u16,
}

impl StructSize {
    pub(crate) const EMPTY: Self = Self::new(0, 0);

    pub(crate) const fn new(data: u16, pointers: u16) -> Self {
        Self { data, pointers }
    }
}
