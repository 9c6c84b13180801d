//! Declarations made up at random.

use super::types::{Type, apply};
use super::{Annotation, Constant, Enum, Interface, Maker, Struct};

/// What annotations can be put on here.
const TARGETS: [&str; 12] = [
    "file",
    "const",
    "enum",
    "enumerant",
    "struct",
    "field",
    "union",
    "group",
    "interface",
    "method",
    "param",
    "annotation",
];

impl Maker {
    /// Writes a declaration at the top of the file.
    pub(super) fn declaration(&mut self) {
        match self.rng.below(16) {
            0..=6 => self.struct_declaration("", 0),
            7 | 8 => self.enum_declaration("", 0),
            9 | 10 => self.constant_declaration("", 0),
            11 | 12 => self.interface_declaration(),
            13 => self.annotation_declaration(),
            14 => self.alias_declaration(),
            _ => {
                let annotation = self.annotation_for("file");
                if !annotation.is_empty() {
                    self.line(0, &format!("{};", annotation.trim()));
                }
            }
        }
        self.comment(0);
    }

    /// An id, or none.
    fn id(&mut self) -> String {
        if self.rng.once_in(3) {
            let id = 1 << 63 | self.rng.bits();
            format!(" @{id:#x}")
        } else {
            String::new()
        }
    }

    fn type_parameters(&mut self) -> Vec<String> {
        let count = if self.rng.once_in(4) {
            1 + self.rng.below(2)
        } else {
            0
        };
        (0..count).map(|_| self.name("T")).collect()
    }

    fn struct_declaration(&mut self, outer: &str, depth: usize) {
        let name = self.name("Struct");
        let path = format!("{outer}.{name}");
        let id = self.id();
        let parameters = self.type_parameters();
        let list = match parameters.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        let annotation = self.annotation_for("struct");
        self.line(depth, &format!("struct {name}{id}{list}{annotation} {{"));
        self.comment(depth + 1);
        let outside = self.parameters.len();
        let is_generic = outside + parameters.len() > 0;
        self.parameters.extend(parameters.clone());
        if depth < 3 {
            while self.rng.once_in(3) {
                match self.rng.below(4) {
                    0 if !is_generic => self.enum_declaration(&path, depth + 1),
                    1 if !is_generic => self.constant_declaration(&path, depth + 1),
                    _ => self.struct_declaration(&path, depth + 1),
                }
                self.comment(depth + 1);
            }
        }
        let fields = self.members(depth + 1);
        self.parameters.truncate(outside);
        self.line(depth, "}");
        self.structs.push(Struct {
            path,
            parameters: parameters.len(),
            fields,
        });
    }

    fn enum_declaration(&mut self, outer: &str, depth: usize) {
        let name = self.name("Enum");
        let id = self.id();
        let annotation = self.annotation_for("enum");
        self.line(depth, &format!("enum {name}{id}{annotation} {{"));
        self.comment(depth + 1);
        let count = 1 + self.rng.below(5);
        let mut numbers: Vec<usize> = (0..count).collect();
        self.rng.shuffle(&mut numbers);
        let mut enumerants = Vec::new();
        for number in numbers {
            let name = self.name("value");
            let annotation = self.annotation_for("enumerant");
            self.line(depth + 1, &format!("{name} @{number}{annotation};"));
            self.comment(depth + 1);
            enumerants.push(name);
        }
        self.line(depth, "}");
        self.enums.push(Enum {
            path: format!("{outer}.{name}"),
            enumerants,
        });
    }

    fn constant_declaration(&mut self, outer: &str, depth: usize) {
        let ty = self.ty(0);
        if !ty.has_values() {
            return;
        }
        let name = self.name("const");
        let id = self.id();
        let value = self.value(&ty, 0);
        let annotation = self.annotation_for("const");
        let ty_text = ty.text();
        self.line(
            depth,
            &format!("const {name}{id} : {ty_text} = {value}{annotation};"),
        );
        self.constants.push(Constant {
            path: format!("{outer}.{name}"),
            ty,
        });
    }

    fn interface_declaration(&mut self) {
        let name = self.name("Interface");
        let id = self.id();
        let parameters = self.type_parameters();
        let list = match parameters.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        let mut bases = Vec::new();
        while !self.interfaces.is_empty() && self.rng.once_in(3) {
            let found = self.rng.below(self.interfaces.len());
            let count = self.interfaces[found].parameters;
            let arguments: Vec<_> = (0..count).map(|_| self.pointer(2)).collect();
            bases.push(apply(&self.interfaces[found].path, &arguments));
        }
        let extends = if bases.is_empty() {
            String::new()
        } else {
            format!(" extends({})", bases.join(", "))
        };
        let annotation = self.annotation_for("interface");
        self.line(
            0,
            &format!("interface {name}{id}{list}{extends}{annotation} {{"),
        );
        self.comment(1);
        self.parameters.extend(parameters.clone());
        let count = self.rng.below(6);
        let mut numbers: Vec<usize> = (0..count).collect();
        self.rng.shuffle(&mut numbers);
        for number in numbers {
            self.method(number);
        }
        if self.rng.once_in(3) {
            self.struct_declaration(&format!(".{name}"), 1);
        }
        self.parameters.clear();
        self.line(0, "}");
        self.interfaces.push(Interface {
            path: format!(".{name}"),
            parameters: parameters.len(),
        });
    }

    fn method(&mut self, number: usize) {
        let name = self.name("method");
        let outside = self.parameters.len();
        let implicit = if self.rng.once_in(4) {
            let parameter = self.name("M");
            self.parameters.push(parameter.clone());
            format!(" [{parameter}]")
        } else {
            String::new()
        };
        let params = self.param_list();
        let results = match self.rng.below(5) {
            0 => String::new(),
            1 => " -> stream".to_owned(),
            _ => format!(" -> {}", self.param_list()),
        };
        self.parameters.truncate(outside);
        let annotation = self.annotation_for("method");
        self.line(
            1,
            &format!("{name} @{number}{implicit} {params}{results}{annotation};"),
        );
        self.comment(1);
    }

    fn param_list(&mut self) -> String {
        if !self.structs.is_empty() && self.rng.once_in(4) {
            return self.structure(1).text();
        }
        let count = self.rng.below(4);
        let params: Vec<_> = (0..count).map(|_| self.param()).collect();
        format!("({})", params.join(", "))
    }

    fn param(&mut self) -> String {
        let name = self.name("param");
        let ty = self.field_type();
        let default = match self.rng.below(5) {
            0 if ty.has_values() => format!(" = {}", self.value(&ty, 1)),
            1 if matches!(ty, Type::Text | Type::List(_) | Type::Struct(..)) => {
                " = null".to_owned()
            }
            _ => String::new(),
        };
        let annotation = self.annotation_for("param");
        format!("{name} : {}{default}{annotation}", ty.text())
    }

    fn annotation_declaration(&mut self) {
        let name = self.name("annotation");
        let id = self.id();
        let ty = if self.rng.once_in(3) {
            Type::Void
        } else {
            self.ty(1)
        };
        if !ty.has_values() {
            return;
        }
        let mut targets = TARGETS.to_vec();
        let list = if self.rng.once_in(2) {
            "*".to_owned()
        } else {
            self.rng.shuffle(&mut targets);
            targets.truncate(1 + self.rng.below(6));
            targets.join(", ")
        };
        self.line(
            0,
            &format!("annotation {name}{id} ({list}) : {};", ty.text()),
        );
        self.annotations.push(Annotation {
            path: format!(".{name}"),
            targets,
            ty,
        });
    }

    /// Sometimes an annotation for this kind of declaration.
    pub(super) fn annotation_for(&mut self, target: &'static str) -> String {
        if !self.rng.once_in(4) {
            return String::new();
        }
        let fitting = self.annotations.iter();
        let fitting = fitting.filter(|found| found.targets.contains(&target));
        let fitting: Vec<_> = fitting
            .map(|found| (found.path.clone(), found.ty.clone()))
            .collect();
        if fitting.is_empty() {
            return String::new();
        }
        let (path, ty) = self.rng.pick(&fitting).clone();
        if ty == Type::Void && self.rng.once_in(2) {
            return format!(" ${}", path.trim_start_matches('.'));
        }
        let value = self.value(&ty, 1);
        format!(" ${}({value})", path.trim_start_matches('.'))
    }

    fn alias_declaration(&mut self) {
        if self.structs.is_empty() {
            return;
        }
        let name = self.name("Alias");
        let ty = self.structure(1);
        self.line(0, &format!("using {name} = {};", ty.text()));
        // With all parameters bound it is a type like others.
        if let Type::Struct(path, arguments) = &ty {
            let found = self.structs.iter().find(|found| found.path == *path);
            let fields = found.expect("it was declared").fields.clone();
            let bound = found.is_none_or(|found| found.parameters == arguments.len());
            if bound && arguments.is_empty() {
                self.structs.push(Struct {
                    path: format!(".{name}"),
                    parameters: 0,
                    fields,
                });
            }
        }
    }
}
