//! Types and brands in a request.

use capnp::schema_capnp::{brand, type_};

use super::count;
use crate::compiler::types::{Bound, Brand, Named, Type};

pub(super) fn write_type(mut to: type_::Builder<'_>, ty: &Type) {
    match ty {
        Type::Void => to.set_void(()),
        Type::Bool => to.set_bool(()),
        Type::Int8 => to.set_int8(()),
        Type::Int16 => to.set_int16(()),
        Type::Int32 => to.set_int32(()),
        Type::Int64 => to.set_int64(()),
        Type::UInt8 => to.set_uint8(()),
        Type::UInt16 => to.set_uint16(()),
        Type::UInt32 => to.set_uint32(()),
        Type::UInt64 => to.set_uint64(()),
        Type::Float32 => to.set_float32(()),
        Type::Float64 => to.set_float64(()),
        Type::Text => to.set_text(()),
        Type::Data => to.set_data(()),
        Type::List(element) => write_type(to.init_list().init_element_type(), element),
        Type::Enum(Named { id, brand }) => {
            let mut named = to.init_enum();
            named.set_type_id(*id);
            if !brand.scopes.is_empty() {
                write_brand(named.init_brand(), brand);
            }
        }
        Type::Struct(Named { id, brand }) => {
            let mut named = to.init_struct();
            named.set_type_id(*id);
            if !brand.scopes.is_empty() {
                write_brand(named.init_brand(), brand);
            }
        }
        Type::Interface(Named { id, brand }) => {
            let mut named = to.init_interface();
            named.set_type_id(*id);
            if !brand.scopes.is_empty() {
                write_brand(named.init_brand(), brand);
            }
        }
        Type::AnyPointer => to.init_any_pointer().init_unconstrained().set_any_kind(()),
        Type::AnyStruct => to.init_any_pointer().init_unconstrained().set_struct(()),
        Type::AnyList => to.init_any_pointer().init_unconstrained().set_list(()),
        Type::Capability => to
            .init_any_pointer()
            .init_unconstrained()
            .set_capability(()),
        Type::Parameter(parameter) => {
            let mut to = to.init_any_pointer().init_parameter();
            to.set_scope_id(parameter.scope);
            to.set_parameter_index(parameter.index);
        }
        Type::MethodParameter(index) => {
            let mut to = to.init_any_pointer().init_implicit_method_parameter();
            to.set_parameter_index(*index);
        }
    }
}

pub(super) fn write_brand(to: brand::Builder<'_>, brand: &Brand) {
    let mut scopes = to.init_scopes(count(brand.scopes.len()));
    for (index, scope) in (0..).zip(&brand.scopes) {
        let mut to = scopes.reborrow().get(index);
        to.set_scope_id(scope.id);
        match &scope.bound {
            Bound::Inherit => to.set_inherit(()),
            Bound::To(types) => {
                let mut list = to.init_bind(count(types.len()));
                for (index, ty) in (0..).zip(types) {
                    write_type(list.reborrow().get(index).init_type(), ty);
                }
            }
        }
    }
}
