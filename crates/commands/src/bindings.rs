//! The commands as TypeScript, and as a list for people.

use crate::{framework::Shape, list::shapes};
use patchbay_model::{ApiError, AppEvent};
use specta::{
    Format, FormatError, Types,
    datatype::{DataType, Enum, Field, Fields, NamedDataType},
};
use specta_typescript::{Exporter, Typescript, primitives};
use std::{borrow::Cow, fmt::Write};

/// Why no bindings could be made.
#[derive(Debug, thiserror::Error)]
#[error("the bindings cannot be written: {0}")]
pub struct BindingsError(String);

/// A command, for lists and completions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandInfo {
    /// Its name.
    pub name: &'static str,
    /// What it does, one sentence.
    pub doc: String,
    /// Its arguments, as a TypeScript object type.
    pub args: String,
    /// Its result, as a TypeScript type.
    pub result: String,
}

/// All commands.
pub fn describe() -> Result<Vec<CommandInfo>, BindingsError> {
    let (types, shapes) = collect();
    infos(&mapped(&types)?, &types, &shapes)
}

/// The text of `ui/src/lib/host/bindings.ts`.
pub fn typescript() -> Result<String, BindingsError> {
    let (types, shapes) = collect();
    let exporter = Exporter::from(Typescript::default()).framework_prelude(
        "// Written by `cargo run -p patchbay-commands --example bindings`. Do not edit.",
    );
    let out = exporter.export(&types, Wire).map_err(|error| BindingsError(error.to_string()))?;
    // Doc attributes begin with the blank after `///`.
    let mut out = out.replace("/**  ", "/** ").replace("\n *  ", "\n * ").replace(" \n", "\n");
    out.push_str(
        "\n/** Every command: what it takes and what it gives. */\nexport interface Commands {\n",
    );
    for info in infos(&mapped(&types)?, &types, &shapes)? {
        let CommandInfo { name, doc, args, result } = info;
        write!(out, "\t/** {doc} */\n\t{name}: {{ args: {args}; result: {result} }};\n")
            .map_err(|error| BindingsError(error.to_string()))?;
    }
    out.push_str("}\n");
    Ok(out)
}

fn collect() -> (Types, Vec<Shape>) {
    let mut types = Types::default();
    types.register_mut::<AppEvent>();
    types.register_mut::<ApiError>();
    let shapes = shapes(&mut types);
    (types, shapes)
}

fn mapped(types: &Types) -> Result<Types, BindingsError> {
    Ok(Wire.map_types(types).map_err(|error| BindingsError(error.to_string()))?.into_owned())
}

fn infos(
    mapped: &Types,
    types: &Types,
    shapes: &[Shape],
) -> Result<Vec<CommandInfo>, BindingsError> {
    let exporter = Typescript::default();
    let render = |ty: &DataType| {
        let ty = Wire.map_type(types, ty).map_err(|error| BindingsError(error.to_string()))?;
        let text = primitives::reference(&exporter, mapped, &ty)
            .map_err(|error| BindingsError(error.to_string()))?;
        Ok(if text == "NoArgs" { "Record<string, never>".to_owned() } else { text })
    };
    shapes
        .iter()
        .map(|shape| {
            Ok(CommandInfo {
                name: shape.name,
                doc: shape.doc.clone(),
                args: render(&shape.args)?,
                result: render(&shape.result)?,
            })
        })
        .collect()
}

/// What travels as JSON, in both directions with the same types.
///
/// Serde's `default` on a type of the model only lets old data be read: what a front end gets and sends is always
/// whole. So there "may be left out" is taken back, and kept for the arguments of commands.
struct Wire;

impl Format for Wire {
    fn map_types(&'_ self, types: &Types) -> Result<Cow<'_, Types>, FormatError> {
        let mut out = specta_serde::Format.map_types(types)?.into_owned();
        out.iter_mut(make_whole);
        Ok(Cow::Owned(out))
    }

    fn map_type(&'_ self, types: &Types, ty: &DataType) -> Result<Cow<'_, DataType>, FormatError> {
        Ok(Cow::Owned(specta_serde::Format.map_type(types, ty)?.into_owned()))
    }
}

fn make_whole(named: &mut NamedDataType) {
    let of_a_command = named.module_path.starts_with("patchbay_commands");
    match &mut named.ty {
        Some(DataType::Struct(structure)) if of_a_command => may_be_left_out(&mut structure.fields),
        Some(ty) => whole(ty),
        None => {}
    }
}

/// An argument that may be null may be left out.
fn may_be_left_out(fields: &mut Fields) {
    if let Fields::Named(named) = fields {
        for (_, field) in &mut named.fields {
            field.optional |= matches!(field.ty, Some(DataType::Nullable(_)));
        }
    }
}

fn whole(ty: &mut DataType) {
    match ty {
        DataType::Struct(structure) => whole_fields(&mut structure.fields),
        DataType::Enum(Enum { variants, .. }) => {
            for (_, variant) in variants {
                whole_fields(&mut variant.fields);
            }
        }
        DataType::Intersection(parts) => parts.iter_mut().for_each(whole),
        _ => {}
    }
}

fn whole_fields(fields: &mut Fields) {
    let make = |field: &mut Field| {
        field.optional = false;
        if let Some(ty) = &mut field.ty {
            whole(ty);
        }
    };
    match fields {
        Fields::Named(named) => named.fields.iter_mut().for_each(|(_, field)| make(field)),
        Fields::Unnamed(unnamed) => unnamed.fields.iter_mut().for_each(make),
        Fields::Unit => {}
    }
}
