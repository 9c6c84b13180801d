//! Values made up at random.

use super::types::Type;
use super::{Field, FieldKind, Maker};

impl Maker {
    /// A value of a type, or a constant that has one.
    pub(super) fn value(&mut self, ty: &Type, depth: usize) -> String {
        // The official compiler takes constants of enums for numbers.
        if !matches!(ty, Type::Enum(_)) && self.rng.once_in(4) {
            let fitting = self.constants.iter().filter(|found| found.ty == *ty);
            let fitting: Vec<_> = fitting.map(|found| found.path.clone()).collect();
            if !fitting.is_empty() {
                return self.rng.pick(&fitting).clone();
            }
        }
        match ty {
            Type::Void => "void".to_owned(),
            Type::Bool => self.rng.pick(&["true", "false"]).to_string(),
            Type::Integer(signed, bits) => self.integer_value(*signed, *bits),
            Type::Float32 | Type::Float64 => self.float_value(),
            Type::Text => self.text_value(),
            Type::Data => self.data_value(),
            Type::List(element) => {
                let count = self.rng.below(if depth > 1 { 2 } else { 5 });
                let values: Vec<_> = (0..count).map(|_| self.value(element, depth + 1)).collect();
                format!("[{}]", values.join(", "))
            }
            Type::Enum(path) => {
                let found = self.enums.iter().find(|found| found.path == *path);
                let names = found.expect("it was declared").enumerants.clone();
                self.rng.pick(&names).clone()
            }
            Type::Struct(path, _) => {
                let found = self.structs.iter().find(|found| found.path == *path);
                let fields = found.expect("it was declared").fields.clone();
                self.fields_value(&fields, depth)
            }
            Type::Opaque(_) => unreachable!("there are no such values"),
        }
    }

    fn fields_value(&mut self, fields: &[Field], depth: usize) -> String {
        let mut values = Vec::new();
        for field in fields {
            // Several members of one union, too: the last one wins.
            if depth > 3 || self.rng.once_in(2) {
                continue;
            }
            let value = match &field.kind {
                FieldKind::Slot(ty) if ty.has_values() && !mentions_struct(ty) => {
                    self.value(ty, depth + 1)
                }
                FieldKind::Slot(_) => continue,
                FieldKind::Group(fields) => self.fields_value(fields, depth + 1),
            };
            values.push(format!("{} = {value}", field.name));
        }
        format!("({})", values.join(", "))
    }

    fn integer_value(&mut self, signed: bool, bits: u32) -> String {
        let largest = u64::MAX >> (64 - bits) >> u32::from(signed);
        let value = match self.rng.below(4) {
            0 => largest,
            1 => 0,
            2 => self.rng.bits() % 100,
            _ => self.rng.bits(),
        } & largest;
        let text = match self.rng.below(4) {
            0 => format!("{value:#x}"),
            1 => format!("0{value:o}"),
            _ => value.to_string(),
        };
        if signed && self.rng.once_in(3) {
            format!("-{text}")
        } else {
            text
        }
    }

    fn float_value(&mut self) -> String {
        match self.rng.below(8) {
            0 => "nan".to_owned(),
            1 => "inf".to_owned(),
            2 => "-inf".to_owned(),
            3 => format!("{}", self.rng.bits() % 1000),
            4 => format!("-{}", self.rng.bits() % 1000),
            5 => format!("{}e{}", self.rng.below(100), self.rng.below(30)),
            6 => format!(
                "-{}.{}E-{}",
                self.rng.below(10),
                self.rng.bits(),
                self.rng.below(20)
            ),
            _ => format!("{}.{}", self.rng.below(1000), self.rng.below(1000)),
        }
    }

    fn text_value(&mut self) -> String {
        let pieces = [
            "text", " ", "\\n", "\\t", "\\\"", "\\\\", "\\x41", "\\101", "ü", "€", "#", "{", ";",
        ];
        let count = self.rng.below(6);
        let text: String = (0..count).map(|_| *self.rng.pick(&pieces)).collect();
        if self.rng.once_in(6) {
            format!("\"{text}\" \"more\"")
        } else {
            format!("\"{text}\"")
        }
    }

    fn data_value(&mut self) -> String {
        if self.rng.once_in(2) {
            return self.text_value();
        }
        let count = 1 + self.rng.below(12);
        let bytes = (0..count).map(|_| format!("{:02x}", self.rng.below(256)));
        let bytes: Vec<_> = bytes.collect();
        let gap = if self.rng.once_in(2) { " " } else { "" };
        format!("0x\"{}\"", bytes.join(gap))
    }
}

/// Whether a type is a struct or a list of such. Their arguments may leave no values.
fn mentions_struct(ty: &Type) -> bool {
    match ty {
        Type::Struct(..) => true,
        Type::List(element) => mentions_struct(element),
        _ => false,
    }
}
