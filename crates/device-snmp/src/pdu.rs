//! Power distribution units: one engine over a table of facts for each family.
//!
//! Makers agree on nothing but the shape: a table of outlets with a state to read and a command to set. Deliberately absent:
//! groups of outlets, thresholds, and the sequences that outlets are switched in, which each unit keeps for itself.

mod families;

pub use families::FAMILIES;

use crate::{
    Agent, SnmpError,
    columns::{Cells, Index},
    switch::number,
    text,
};
use async_snmp::{Oid, Value};

/// What is known of a family of units.
#[derive(Debug)]
pub struct Family {
    /// What Patchbay calls it.
    pub key: &'static str,
    /// For people: maker and models.
    pub title: &'static str,
    /// The module that the object identifiers are from.
    pub mib: &'static str,
    /// The outlets' names.
    pub name: &'static [u32],
    /// The outlets' states: the column whose rows are the outlets.
    pub state: &'static [u32],
    /// Which numbers mean on and off. Others are on their way or unknown.
    pub states: States,
    /// The outlets' commands.
    pub command: &'static [u32],
    /// The numbers of the commands.
    pub commands: Commands,
    /// The commands' type.
    pub kind: Kind,
    /// What is measured at each outlet; rows as those of the state.
    pub outlet: Meters,
    /// What is measured of the whole unit or of its feeds: all rows are added up.
    pub whole: Meters,
}

/// What states mean.
#[derive(Debug)]
pub enum States {
    /// These are on, these off, and these on their way to the other.
    Listed {
        /// On.
        on: &'static [i32],
        /// Off.
        off: &'static [i32],
        /// On their way.
        pending: &'static [i32],
    },
    /// Odd ones are on, even ones off.
    OddIsOn,
}

/// The numbers of commands.
#[derive(Debug)]
pub struct Commands {
    /// On at once.
    pub on: i32,
    /// Off at once.
    pub off: i32,
    /// Off and on again, where the unit does so by itself.
    pub cycle: Option<i32>,
}

/// The type that a command is set with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `INTEGER`.
    Integer,
    /// `Unsigned32`.
    Unsigned,
}

/// What is measured. A unit with less answers with empty columns or numbers below zero.
#[derive(Debug)]
pub struct Meters {
    /// The current.
    pub amperes: Option<Meter>,
    /// The voltage.
    pub volts: Option<Meter>,
    /// The active power.
    pub watts: Option<Meter>,
    /// The energy since the meter was reset.
    pub kilowatt_hours: Option<Meter>,
}

/// Where a number is, and how many of it make one of the unit.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    /// The column.
    pub column: &'static [u32],
    /// The divisor.
    pub per_unit: f64,
}

/// One outlet.
#[derive(Clone, PartialEq, Debug)]
pub struct Outlet {
    /// Its place in the unit's tables: on units in a chain or with several feeds more than one number.
    pub index: Index,
    /// Its name.
    pub name: String,
    /// Whether it feeds.
    pub state: OutletState,
    /// What is measured there.
    pub load: Load,
}

/// Whether an outlet feeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutletState {
    /// It feeds.
    On,
    /// It does not.
    Off,
    /// It is about to change, or cycling.
    Pending,
    /// The unit does not know, or says what its module does not have.
    Unknown,
}

/// What is measured; `None` for what the unit does not measure.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Load {
    /// The current.
    pub amperes: Option<f64>,
    /// The voltage.
    pub volts: Option<f64>,
    /// The active power.
    pub watts: Option<f64>,
    /// The energy since the meter was reset.
    pub kilowatt_hours: Option<f64>,
}

/// What an outlet is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutletCommand {
    /// Feed.
    On,
    /// Do not.
    Off,
    /// Do not for a while that the unit knows, then feed.
    Cycle,
}

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Commanded {
    /// The unit took it.
    Taken,
    /// The unit's answer was lost, and its state, read afterwards, is this, or unknown where that was lost as well. It was not
    /// sent again.
    Unknown(OutletState),
}

/// The family of this name.
#[must_use]
pub fn family(key: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.key == key)
}

impl Family {
    /// What a number says of an outlet.
    #[must_use]
    pub fn state_of(&self, number: i32) -> OutletState {
        match &self.states {
            States::Listed { on, .. } if on.contains(&number) => OutletState::On,
            States::Listed { off, .. } if off.contains(&number) => OutletState::Off,
            States::Listed { pending, .. } if pending.contains(&number) => OutletState::Pending,
            States::OddIsOn if number >= 0 && number % 2 == 1 => OutletState::On,
            States::OddIsOn if number >= 0 => OutletState::Off,
            States::Listed { .. } | States::OddIsOn => OutletState::Unknown,
        }
    }

    /// The number of a command, if the unit has it.
    #[must_use]
    pub fn number_of(&self, command: OutletCommand) -> Option<i32> {
        match command {
            OutletCommand::On => Some(self.commands.on),
            OutletCommand::Off => Some(self.commands.off),
            OutletCommand::Cycle => self.commands.cycle,
        }
    }
}

impl Meters {
    fn all(&self) -> [Option<Meter>; 4] {
        [self.amperes, self.volts, self.watts, self.kilowatt_hours]
    }
}

impl Load {
    fn of([amperes, volts, watts, kilowatt_hours]: [Option<f64>; 4]) -> Self {
        Self { amperes, volts, watts, kilowatt_hours }
    }
}

impl Agent {
    /// The outlets of a unit of this family.
    ///
    /// # Errors
    /// When it does not answer, refuses, loops, or is of another family.
    pub async fn outlets(&self, family: &Family) -> Result<Vec<Outlet>, SnmpError> {
        let meters = family.outlet.all();
        let columns = [family.state, family.name].into_iter();
        let columns = columns.chain(meters.iter().flatten().map(|meter| meter.column));
        let columns: Vec<Oid> = columns.map(Oid::from_slice).collect();
        let mut cells = self.columns(&columns).await?.into_iter();
        let (states, names) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        if states.is_empty() {
            let what = format!("outlets as {} have them", family.title);
            return Err(SnmpError::Missing { machine: self.machine().to_owned(), what });
        }
        let measured = meters.map(|meter| meter.zip(cells_of(meter, &mut cells)));
        let outlet = |(index, value): (&Index, &Value)| {
            let read = |measured: &Option<(Meter, Cells)>| {
                let (meter, cells) = measured.as_ref()?;
                scaled(*meter, number(cells, index)?)
            };
            let [amperes, volts, watts, energy] = &measured;
            Outlet {
                index: index.clone(),
                name: names.get(index).map(text::of).unwrap_or_default(),
                state: integer(value).map_or(OutletState::Unknown, |n| family.state_of(n)),
                load: Load::of([read(amperes), read(volts), read(watts), read(energy)]),
            }
        };
        Ok(states.iter().map(outlet).collect())
    }

    /// What the whole unit takes: its feeds added up, and the highest of their voltages.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn load(&self, family: &Family) -> Result<Load, SnmpError> {
        let meters = family.whole.all();
        let columns: Vec<Oid> =
            meters.iter().flatten().map(|meter| Oid::from_slice(meter.column)).collect();
        let mut cells = self.columns(&columns).await?.into_iter();
        let [amperes, volts, watts, energy] = meters.map(|meter| {
            let cells = cells_of(meter, &mut cells)?;
            let meter = meter?;
            Some(cells.keys().filter_map(|row| scaled(meter, number(&cells, row)?)).collect())
        });
        let sum = |read: Option<Vec<f64>>| {
            read.filter(|read| !read.is_empty()).map(|read| read.into_iter().sum())
        };
        let most = volts.and_then(|read: Vec<f64>| read.into_iter().reduce(f64::max));
        Ok(Load::of([sum(amperes), most, sum(watts), sum(energy)]))
    }

    /// Whether an outlet feeds.
    ///
    /// # Errors
    /// When the unit does not answer, refuses, or has no such outlet.
    pub async fn outlet(&self, family: &Family, index: &Index) -> Result<OutletState, SnmpError> {
        let read = self.get(&[cell(family.state, index)]).await?;
        let value = read.into_iter().next().flatten();
        let number = value.as_ref().and_then(integer).ok_or_else(|| self.no_outlet(index))?;
        Ok(family.state_of(number))
    }

    /// Tells an outlet what to do, once. If the answer is lost, the state is read and nothing is sent again.
    ///
    /// # Errors
    /// When the unit refuses, or has no such outlet or command: nothing was switched.
    pub async fn command(
        &self,
        family: &Family,
        index: &Index,
        command: OutletCommand,
    ) -> Result<Commanded, SnmpError> {
        let missing = || SnmpError::Missing {
            machine: self.machine().to_owned(),
            what: "command that switches an outlet off and on again".to_owned(),
        };
        let number = family.number_of(command).ok_or_else(missing)?;
        let value = match family.kind {
            Kind::Integer => Value::Integer(number),
            Kind::Unsigned => Value::Gauge32(number.unsigned_abs()),
        };
        match self.set(&[(cell(family.command, index), value)]).await {
            Ok(()) => Ok(Commanded::Taken),
            Err(error) if error.unanswered() => {
                let state = self.outlet(family, index).await;
                Ok(Commanded::Unknown(state.unwrap_or(OutletState::Unknown)))
            }
            Err(error) => Err(error),
        }
    }

    fn no_outlet(&self, index: &Index) -> SnmpError {
        let index: Vec<String> = index.iter().map(ToString::to_string).collect();
        let what = format!("outlet {}", index.join("."));
        SnmpError::Missing { machine: self.machine().to_owned(), what }
    }
}

/// The next column, if this meter has one.
fn cells_of(meter: Option<Meter>, cells: &mut impl Iterator<Item = Cells>) -> Option<Cells> {
    meter.and_then(|_| cells.next())
}

fn cell(column: &[u32], index: &Index) -> Oid {
    Oid::new(column.iter().chain(index).copied())
}

fn integer(value: &Value) -> Option<i32> {
    value.as_i32().or_else(|| i32::try_from(value.as_u32()?).ok())
}

fn scaled(meter: Meter, number: u32) -> Option<f64> {
    (meter.per_unit > 0.0).then(|| f64::from(number) / meter.per_unit)
}
