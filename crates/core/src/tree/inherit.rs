//! What a node has from the folders above, and where each value was set.

use super::forest::{Forest, Node};
use patchbay_model::{
    Effective, EffectiveSettings, FlowControl, IdentityId, Jump, LocalEcho, NodeId, Origin,
    PictureQuality, RecordMode, SerialFrame, Settings, WhereValuesComeFrom,
};

/// What counts where nobody says anything.
pub(crate) mod built_in {
    /// TCP port of SSH (RFC 4253 section 4.1).
    pub(crate) const PORT: u16 = 22;
    /// Bits per second of a serial line, with 8N1 and no flow control: what most devices of today speak.
    pub(crate) const BAUD: u32 = 115_200;
    /// Seconds until connecting is given up.
    pub(crate) const CONNECT_TIMEOUT: u32 = 15;
    /// Seconds between keep-alive messages.
    pub(crate) const KEEP_ALIVE: u32 = 30;
    /// What every terminal database knows and xterm.js is.
    pub(crate) const TERMINAL_TYPE: &str = "xterm-256color";
}

/// Somewhere values can be set.
struct Rung<'a> {
    origin: Origin,
    settings: &'a Settings,
    tags: &'a [String],
}

/// The folders from the root to a node, and the node itself if there is one yet.
pub(crate) struct Ladder<'a> {
    rungs: Vec<Rung<'a>>,
    /// The node the ladder leads to: it does not inherit a jump through itself.
    me: Option<NodeId>,
}

impl<'a> Ladder<'a> {
    /// To a node.
    pub(crate) fn to(forest: &'a Forest, id: NodeId, node: &'a Node) -> Self {
        let mut ladder = Self::folders(forest.above(id));
        ladder.me = Some(id);
        ladder.rungs.push(Rung {
            origin: Origin::Here,
            settings: node.settings(),
            tags: node.tags(),
        });
        ladder
    }

    /// To a node that is not there yet, in a folder.
    pub(crate) fn into(forest: &'a Forest, folder: Option<NodeId>) -> Self {
        let nearest = folder.and_then(|id| forest.get(id).map(|node| (id, node)));
        let above = folder.into_iter().flat_map(|id| forest.above(id));
        Self::folders(nearest.into_iter().chain(above))
    }

    fn folders(nearest_first: impl Iterator<Item = (NodeId, &'a Node)>) -> Self {
        let mut rungs: Vec<_> = nearest_first
            .map(|(id, node)| Rung {
                origin: Origin::Folder { id, name: node.name().to_owned() },
                settings: node.settings(),
                tags: node.tags(),
            })
            .collect();
        rungs.reverse();
        Self { rungs, me: None }
    }

    /// Names of the folders, outermost first.
    pub(crate) fn path(&self) -> Vec<String> {
        let name = |rung: &Rung<'_>| match &rung.origin {
            Origin::Folder { name, .. } => Some(name.clone()),
            Origin::BuiltIn | Origin::Here => None,
        };
        self.rungs.iter().filter_map(name).collect()
    }

    /// Tags of the folders, outermost first, each once.
    pub(crate) fn inherited_tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for rung in self.rungs.iter().filter(|rung| rung.origin != Origin::Here) {
            for tag in rung.tags {
                if !tags.contains(tag) {
                    tags.push(tag.clone());
                }
            }
        }
        tags
    }

    fn pick<T: Clone>(&self, built_in: T, own: impl Fn(&Settings) -> Option<T>) -> Effective<T> {
        let mut inherited = (built_in, Origin::BuiltIn);
        let mut here = None;
        for rung in &self.rungs {
            match (own(rung.settings), &rung.origin) {
                (Some(value), Origin::Here) => here = Some(value),
                (Some(value), origin) => inherited = (value, origin.clone()),
                (None, _) => {}
            }
        }
        let (inherited, inherited_origin) = inherited;
        let (value, origin) = here.map_or_else(
            || (inherited.clone(), inherited_origin.clone()),
            |value| (value, Origin::Here),
        );
        Effective { value, origin, inherited, inherited_origin }
    }

    /// All settings.
    pub(crate) fn effective(&self) -> EffectiveSettings {
        let through_me = self.me.map(|entry| Jump::Through { entry });
        EffectiveSettings {
            port: self.pick(built_in::PORT, |own| own.port),
            baud: self.pick(built_in::BAUD, |own| own.baud),
            frame: self.pick(SerialFrame::default(), |own| own.frame),
            flow_control: self.pick(FlowControl::default(), |own| own.flow_control),
            enter: self.pick(None, |own| own.enter.map(Some)),
            local_echo: self.pick(LocalEcho::default(), |own| own.local_echo),
            user: self.pick(None, |own| own.user.clone().map(Some)),
            identities: self.pick(Vec::<IdentityId>::new(), |own| own.identities.clone()),
            jump: self.pick(Jump::Direct, |own| {
                own.jump.clone().filter(|jump| Some(jump) != through_me.as_ref())
            }),
            connect_timeout: self.pick(built_in::CONNECT_TIMEOUT, |own| own.connect_timeout),
            keep_alive: self.pick(built_in::KEEP_ALIVE, |own| own.keep_alive),
            legacy_algorithms: self.pick(false, |own| own.legacy_algorithms),
            compression: self.pick(false, |own| own.compression),
            // Off unless somebody says so: whoever runs the machine could use them as well.
            forward_agent: self.pick(false, |own| own.forward_agent),
            forward_x11: self.pick(false, |own| own.forward_x11),
            terminal_type: self
                .pick(built_in::TERMINAL_TYPE.to_owned(), |own| own.terminal_type.clone()),
            start_command: self.pick(None, |own| own.start_command.clone().map(Some)),
            record: self.pick(RecordMode::Off, |own| own.record),
            domain: self.pick(None, |own| own.domain.clone().map(Some)),
            // Whoever is there already stays.
            shared: self.pick(true, |own| own.shared),
            view_only: self.pick(false, |own| own.view_only),
            quality: self.pick(PictureQuality::Auto, |own| own.quality),
            desktop_size: self.pick(None, |own| own.desktop_size.map(Some)),
            keyboard_layout: self.pick(0, |own| own.keyboard_layout),
            // What the machine gets of this computer is nothing, unless somebody says so.
            share_clipboard: self.pick(false, |own| own.share_clipboard),
            audio: self.pick(false, |own| own.audio),
            drive: self.pick(None, |own| own.drive.clone().map(Some)),
            drive_writable: self.pick(false, |own| own.drive_writable),
            weak_sign_in: self.pick(false, |own| own.weak_sign_in),
        }
    }

    /// From built in, through each folder, to the node.
    pub(crate) fn described(&self, effective: &EffectiveSettings) -> Vec<WhereValuesComeFrom> {
        let origins = origins(effective);
        let rung = |origin: &Origin, tags: &[String]| WhereValuesComeFrom {
            origin: origin.clone(),
            values: u32::try_from(origins.iter().filter(|set| **set == origin).count())
                .unwrap_or(0),
            tags: tags.to_vec(),
        };
        std::iter::once(rung(&Origin::BuiltIn, &[]))
            .chain(self.rungs.iter().map(|set| rung(&set.origin, set.tags)))
            .collect()
    }
}

fn origins(effective: &EffectiveSettings) -> [&Origin; 29] {
    let EffectiveSettings {
        port,
        baud,
        frame,
        flow_control,
        enter,
        local_echo,
        user,
        identities,
        jump,
        connect_timeout,
        keep_alive,
        legacy_algorithms,
        compression,
        forward_agent,
        forward_x11,
        terminal_type,
        start_command,
        record,
        domain,
        shared,
        view_only,
        quality,
        desktop_size,
        keyboard_layout,
        share_clipboard,
        audio,
        drive,
        drive_writable,
        weak_sign_in,
    } = effective;
    [
        &port.origin,
        &baud.origin,
        &frame.origin,
        &flow_control.origin,
        &enter.origin,
        &local_echo.origin,
        &user.origin,
        &identities.origin,
        &jump.origin,
        &connect_timeout.origin,
        &keep_alive.origin,
        &legacy_algorithms.origin,
        &compression.origin,
        &forward_agent.origin,
        &forward_x11.origin,
        &terminal_type.origin,
        &start_command.origin,
        &record.origin,
        &domain.origin,
        &shared.origin,
        &view_only.origin,
        &quality.origin,
        &desktop_size.origin,
        &keyboard_layout.origin,
        &share_clipboard.origin,
        &audio.origin,
        &drive.origin,
        &drive_writable.origin,
        &weak_sign_in.origin,
    ]
}
