//! Says in the tables' words what a schema compiler made of our schemas.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use capnp::schema_capnp::{
    annotation, brand, code_generator_request, field, method, node, type_, value,
};
use capnp::struct_list;

/// The annotations that the tables have, by their ids.
const ANNOTATIONS: &[(u64, &str)] = &[
    (0xd026_82b3_19f6_9b38, "count"),
    (0x996a_1832_0099_2f88, "exception"),
    (0xb594_888f_63f4_dbb9, "name"),
    (0x824c_08b8_2695_d8dd, "skip"),
];

struct Nodes<'a>(BTreeMap<u64, node::Reader<'a>>);

/// The table of the schemas in these files, which must be in order of their names.
pub(crate) fn table(files: &[impl AsRef<Path>]) -> capnp::Result<String> {
    let builder = ipc_gen::Builder::new().import_path("../schema");
    let bytes = builder.request(files).expect("the schemas compile");
    let message = capnp::serialize::read_message(bytes.as_slice(), Default::default())?;
    let request = message.get_root::<code_generator_request::Reader<'_>>()?;
    let nodes = request.get_nodes()?.iter();
    let nodes = Nodes(nodes.map(|node| (node.get_id(), node)).collect());
    let mut tables = Vec::new();
    for file in request.get_requested_files()? {
        let path = file.get_filename()?.to_str()?;
        let name = Path::new(path).file_stem().expect("a name");
        let id = file.get_id();
        let mut table = format!("file {} {id:#018x}\n", name.to_string_lossy());
        for child in nodes.0[&id].get_nested_nodes()? {
            nodes.declaration(child.get_name()?.to_str()?, child.get_id(), &mut table)?;
        }
        tables.push(table);
    }
    Ok(tables.join("\n"))
}

impl Nodes<'_> {
    fn declaration(&self, name: &str, id: u64, table: &mut String) -> capnp::Result<()> {
        let node = self.0[&id];
        let mut parameters = Vec::new();
        for parameter in node.get_parameters()? {
            parameters.push(parameter.get_name()?.to_str()?);
        }
        let generics = match parameters.as_slice() {
            [] => String::new(),
            parameters => format!("({})", parameters.join(", ")),
        };
        let annotations = annotations(node.get_annotations()?)?;
        match node.which()? {
            node::Const(body) => {
                let ty = self.ty(body.get_type()?)?;
                let value = value(body.get_value()?)?;
                let _ = writeln!(table, "const {name} {ty} = {value}");
            }
            node::Annotation(body) => {
                let ty = self.ty(body.get_type()?)?;
                let _ = writeln!(table, "annotation {name} {id:#018x} {ty}");
            }
            node::Struct(body) => {
                let _ = writeln!(table, "struct {name}{generics} {id:#018x}{annotations}");
                for (field, text) in body.get_fields()?.iter().zip(self.fields(id)?) {
                    let field::ordinal::Explicit(ordinal) = field.get_ordinal().which()? else {
                        panic!("{name} has a field without an ordinal");
                    };
                    let _ = writeln!(table, "  {ordinal} {text}");
                }
            }
            node::Interface(body) => {
                let mut bases = String::new();
                for base in body.get_superclasses()? {
                    let _ = write!(bases, " extends {}", self.name(base.get_id())?);
                }
                let head = format!("{name}{generics} {id:#018x}{bases}{annotations}");
                let _ = writeln!(table, "interface {head}");
                for (ordinal, method) in body.get_methods()?.iter().enumerate() {
                    let _ = writeln!(table, "  {ordinal} {}", self.method(method)?);
                }
            }
            _ => panic!("{name} is of a kind that the tables do not have"),
        }
        Ok(())
    }

    fn method(&self, method: method::Reader<'_>) -> capnp::Result<String> {
        Ok(format!(
            "{} ({}) -> ({}){}",
            method.get_name()?.to_str()?,
            self.fields(method.get_param_struct_type())?.join(", "),
            self.fields(method.get_result_struct_type())?.join(", "),
            annotations(method.get_annotations()?)?,
        ))
    }

    fn fields(&self, id: u64) -> capnp::Result<Vec<String>> {
        let node::Struct(body) = self.0[&id].which()? else {
            panic!("{id:#x} is not a struct");
        };
        let mut fields = Vec::new();
        for field in body.get_fields()? {
            let name = field.get_name()?.to_str()?;
            let field::Slot(slot) = field.which()? else {
                panic!("{name} is a group");
            };
            let mut text = format!("{name} {}", self.ty(slot.get_type()?)?);
            if slot.get_had_explicit_default() {
                let _ = write!(text, " = {}", value(slot.get_default_value()?)?);
            }
            text.push_str(&annotations(field.get_annotations()?)?);
            fields.push(text);
        }
        Ok(fields)
    }

    fn name(&self, id: u64) -> capnp::Result<&str> {
        let name = self.0[&id].get_display_name()?.to_str()?;
        Ok(name.rsplit([':', '.']).next().unwrap_or(name))
    }

    fn ty(&self, ty: type_::Reader<'_>) -> capnp::Result<String> {
        Ok(match ty.which()? {
            type_::Void(()) => "Void".to_owned(),
            type_::Bool(()) => "Bool".to_owned(),
            type_::Int8(()) => "Int8".to_owned(),
            type_::Int16(()) => "Int16".to_owned(),
            type_::Int32(()) => "Int32".to_owned(),
            type_::Int64(()) => "Int64".to_owned(),
            type_::Uint8(()) => "UInt8".to_owned(),
            type_::Uint16(()) => "UInt16".to_owned(),
            type_::Uint32(()) => "UInt32".to_owned(),
            type_::Uint64(()) => "UInt64".to_owned(),
            type_::Float32(()) => "Float32".to_owned(),
            type_::Float64(()) => "Float64".to_owned(),
            type_::Text(()) => "Text".to_owned(),
            type_::Data(()) => "Data".to_owned(),
            type_::List(list) => format!("List({})", self.ty(list.get_element_type()?)?),
            type_::Enum(named) => self.name(named.get_type_id())?.to_owned(),
            type_::Struct(named) => self.branded(named.get_type_id(), named.get_brand()?)?,
            type_::Interface(named) => self.branded(named.get_type_id(), named.get_brand()?)?,
            type_::AnyPointer(any) => match any.which()? {
                type_::any_pointer::Parameter(parameter) => {
                    let parameters = self.0[&parameter.get_scope_id()].get_parameters()?;
                    let parameter = parameters.get(parameter.get_parameter_index().into());
                    parameter.get_name()?.to_str()?.to_owned()
                }
                _ => "AnyPointer".to_owned(),
            },
        })
    }

    fn branded(&self, id: u64, brand: brand::Reader<'_>) -> capnp::Result<String> {
        let mut bound = Vec::new();
        for scope in brand.get_scopes()? {
            let brand::scope::Bind(bindings) = scope.which()? else {
                continue;
            };
            for binding in bindings? {
                bound.push(match binding.which()? {
                    brand::binding::Type(ty) => self.ty(ty?)?,
                    brand::binding::Unbound(()) => "AnyPointer".to_owned(),
                });
            }
        }
        let name = self.name(id)?;
        Ok(match bound.as_slice() {
            [] => name.to_owned(),
            bound => format!("{name}({})", bound.join(", ")),
        })
    }
}

fn annotations(annotations: struct_list::Reader<'_, annotation::Owned>) -> capnp::Result<String> {
    let mut text = String::new();
    for annotation in annotations {
        let known = ANNOTATIONS
            .iter()
            .find(|(id, _)| *id == annotation.get_id());
        if let Some((_, name)) = known {
            let value = value(annotation.get_value()?)?;
            let _ = write!(text, " ${name}");
            if !value.is_empty() {
                let _ = write!(text, "({value})");
            }
        }
    }
    Ok(text)
}

fn value(value: value::Reader<'_>) -> capnp::Result<String> {
    Ok(match value.which()? {
        value::Void(()) => String::new(),
        value::Bool(value) => value.to_string(),
        value::Int32(value) => value.to_string(),
        value::Int64(value) => value.to_string(),
        value::Uint32(value) => value.to_string(),
        value::Uint64(value) => value.to_string(),
        value::Float64(value) => format!("{value:e}"),
        value::Text(value) => value?.to_string()?,
        _ => panic!("a value is of a kind that the tables do not have"),
    })
}
