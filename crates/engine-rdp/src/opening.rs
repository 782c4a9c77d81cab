//! From a connected stream to an open connection: security, certificate, sign-in, settings (MS-RDPBCGR section 1.3.1.1).

use crate::{
    RdpError, RdpOptions, Redirection, Resume, Waiting, channels, config, guard,
    joined::Joined,
    nla,
    tls::{self, Secured},
    wire::Wire,
};
use ironrdp_connector::{
    ClientConnector, ClientConnectorState, ConnectionOutcome, ConnectionResult, Credentials,
    Sequence,
};
use ironrdp_core::{WriteBuf, decode};
use ironrdp_pdu::{
    nego::{ConnectionConfirm, SecurityProtocol},
    rdp::server_redirection::ServerRedirectionPdu,
    x224::X224,
};
use patchbay_model::{PromptKind, Question, Secret, Stage};
use patchbay_session::{Ask, Interaction, Progress};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroize;

/// More messages than this are not needed to open a connection.
const MOST_STEPS: usize = 500;

pub(crate) async fn open<S>(
    stream: S,
    options: &RdpOptions,
    interaction: &dyn Interaction,
    resume: &Resume,
) -> Result<Joined<S>, RdpError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let at = format!("{}:{}", options.address, options.port);
    let report = Report { machine: &options.machine, at, refused: options.refused, interaction };
    report.began(Stage::Handshake, "RDP");
    let mut wire = Wire::new(stream);
    // The server is not told where this computer is: it has no use for it.
    let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let connector = resume.tell(ClientConnector::new(config::config(options), nowhere));
    let (mut connector, outbox) = channels::attach(connector, options)?;
    negotiate(&mut wire, &mut connector, options.allow_without_nla).await?;
    let stream = wire.into_inner().ok_or_else(|| RdpError::Protocol {
        detail: "it sent something before encryption began".to_owned(),
    })?;
    let Secured { stream, chain, public_key, agreed } =
        tls::secure(stream, &options.address).await?;
    report.done(Stage::Handshake, agreed);

    report.began(Stage::HostKey, "Certificate");
    let whose = (options.machine.as_str(), options.address.as_str(), options.port);
    tls::judge(chain, whose, interaction).await?;
    report.done(Stage::HostKey, "trusted");

    let mut wire = Wire::new(stream);
    connector.mark_security_upgrade_as_done();
    let by_nla = connector.should_perform_credssp();
    report.began(Stage::SignIn, if by_nla { "NLA" } else { "TLS" });
    let user = credentials(&mut connector, options, by_nla, &report).await?;
    if by_nla {
        nla::sign_in(&mut wire, &mut connector, &options.address, public_key, &user).await?;
    }
    report.done(Stage::SignIn, user.clone());

    report.began(Stage::Shell, "Desktop");
    let result = settle(&mut wire, &mut connector, &user, resume).await?;
    report.done(
        Stage::Shell,
        format!("{}×{}", result.desktop_size.width, result.desktop_size.height),
    );
    Ok(Joined { wire, result, outbox })
}

/// What security there will be.
async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    connector: &mut ClientConnector,
    without_nla: bool,
) -> Result<(), RdpError> {
    let waiting = Waiting::Greeting;
    let mut out = WriteBuf::new();
    while !connector.should_perform_security_upgrade() {
        out.clear();
        let stepped = match connector.next_pdu_hint() {
            None => connector.step_no_input(&mut out),
            Some(hint) => {
                let answer = wire.answer(hint, waiting).await?;
                if let Ok(X224(ConnectionConfirm::Response { protocol, .. })) = decode(&answer) {
                    acceptable(protocol, without_nla)?;
                }
                connector.step(&answer, wire.read_at(), &mut out)
            }
        };
        let written = stepped.map_err(|error| RdpError::connector(&error, waiting, ""))?;
        if written.size().is_some() {
            wire.send(out.filled(), waiting).await?;
        }
    }
    Ok(())
}

fn acceptable(protocol: SecurityProtocol, without_nla: bool) -> Result<(), RdpError> {
    let nla = SecurityProtocol::HYBRID | SecurityProtocol::HYBRID_EX;
    if protocol.is_standard_rdp_security() {
        Err(RdpError::NoTls)
    } else if !without_nla && !protocol.intersects(nla) {
        Err(RdpError::NoNla)
    } else {
        Ok(())
    }
}

/// Puts name and password where the connector takes them from; asks for them if the server wants to know now.
async fn credentials(
    connector: &mut ClientConnector,
    options: &RdpOptions,
    by_nla: bool,
    report: &Report<'_>,
) -> Result<String, RdpError> {
    let (mut user, mut domain) = split(options);
    let mut password = options.password.clone();
    if by_nla {
        if user.is_empty() {
            let named = report.ask_name().await?;
            (user, domain) = split(&RdpOptions { user: Some(named), ..options.clone() });
        }
        if password.is_none() {
            password = Some(report.ask_password(&user).await?);
        }
    }
    let password = password.as_ref().map(|password| password.expose_secret().as_str());
    // Without a password the server shows its own window to sign in.
    connector.config.autologon = password.is_some() && !user.is_empty();
    connector.config.credentials = config::credentials(Some(&user), password);
    connector.config.domain = domain;
    Ok(user)
}

/// `DOMAIN\name` and `name@domain` say the domain themselves.
fn split(options: &RdpOptions) -> (String, Option<String>) {
    let user = options.user.as_deref().unwrap_or_default().trim();
    let domain = options.domain.as_deref().map(str::trim).filter(|domain| !domain.is_empty());
    match user.split_once('\\') {
        Some((domain, name)) => (name.to_owned(), Some(domain.to_owned())),
        None => (user.to_owned(), domain.map(str::to_owned)),
    }
}

/// Channels, settings, licence and abilities, up to the open desktop.
async fn settle<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    connector: &mut ClientConnector,
    user: &str,
    resume: &Resume,
) -> Result<ConnectionResult, RdpError> {
    let waiting = Waiting::Desktop;
    let mut out = WriteBuf::new();
    for _ in 0..MOST_STEPS {
        out.clear();
        let licence = matches!(connector.state, ClientConnectorState::LicensingExchange { .. });
        let stepped = if connector.should_perform_multitransport() {
            connector.skip_multitransport(&mut out)
        } else if let Some(hint) = connector.next_pdu_hint() {
            let answer = wire.answer(hint, waiting).await?;
            if let Some(ended) = guard::error_info(&answer).and_then(RdpError::ended) {
                return Err(ended);
            }
            let drawing = matches!(
                connector.state,
                ClientConnectorState::CapabilitiesExchange { .. }
                    | ClientConnectorState::ConnectionFinalization { .. }
            );
            if drawing && !guard::settles(&answer) {
                continue;
            }
            connector.step(&answer, wire.read_at(), &mut out)
        } else {
            connector.step_no_input(&mut out)
        };
        let written =
            stepped.map_err(|error| match RdpError::connector(&error, waiting, user) {
                RdpError::Protocol { detail } if licence => RdpError::Licence { reason: detail },
                error => error,
            })?;
        if written.size().is_some() {
            wire.send(out.filled(), waiting).await?;
        }
        forget(connector);
        match connector.state.take_outcome() {
            Some(ConnectionOutcome::Connected(result)) => return Ok(result),
            Some(ConnectionOutcome::Redirected(to)) => return Err(redirected(&to, resume)),
            None => {}
        }
    }
    Err(RdpError::Protocol { detail: "it does not come to an end with its settings".to_owned() })
}

/// Wipes the password once it was sent: the connector's settings live as long as the session.
fn forget(connector: &mut ClientConnector) {
    use ClientConnectorState as State;
    let needed = matches!(
        connector.state,
        State::BasicSettingsExchangeSendInitial { .. }
            | State::BasicSettingsExchangeWaitResponse { .. }
            | State::ChannelConnection { .. }
            | State::SecureSettingsExchange { .. }
    );
    if let (false, Credentials::UsernamePassword { password, .. }) =
        (needed, &mut connector.config.credentials)
    {
        password.zeroize();
    }
}

/// Where a server sends the connection (MS-RDPBCGR section 2.2.13.1).
pub(crate) fn redirected(to: &ServerRedirectionPdu, resume: &Resume) -> RdpError {
    resume.keep_redirection(to);
    let listed = to.target_net_addresses.as_ref().and_then(|all| all.first());
    let address = to.target_fqdn.as_ref().or(to.target_net_address.as_ref()).or(listed);
    let address = address.or(to.target_netbios_name.as_ref());
    let plain = |text: &String| Some(crate::text::phrase(text)).filter(|text| !text.is_empty());
    let to = Redirection {
        address: address.and_then(plain),
        user: to.username.as_ref().and_then(plain),
        domain: to.domain.as_ref().and_then(plain),
    };
    RdpError::Redirected { to: Box::new(to) }
}

struct Report<'a> {
    machine: &'a str,
    /// Where, as it was typed.
    at: String,
    /// A password was refused before.
    refused: bool,
    interaction: &'a dyn Interaction,
}

impl Report<'_> {
    fn began(&self, stage: Stage, detail: &str) {
        let (machine, detail) = (self.machine.to_owned(), detail.to_owned());
        self.interaction.progress(Progress::Began { stage, machine, detail });
    }

    fn done(&self, stage: Stage, detail: impl Into<String>) {
        self.interaction.progress(Progress::Done { stage, detail: detail.into() });
    }

    async fn ask_name(&self) -> Result<String, RdpError> {
        for again in [self.refused, true, true] {
            let lasting = format!("user name at {}", self.at);
            let answer = self.ask(PromptKind::User, "User name".to_owned(), again, lasting).await?;
            let name = answer.expose_secret().trim();
            if !name.is_empty() {
                return Ok(name.to_owned());
            }
        }
        Err(RdpError::Cancelled)
    }

    async fn ask_password(&self, user: &str) -> Result<Secret<String>, RdpError> {
        let lasting = format!("password of {user} at {}", self.at);
        self.ask(PromptKind::Password, format!("Password of {user}"), self.refused, lasting).await
    }

    async fn ask(
        &self,
        kind: PromptKind,
        label: String,
        again: bool,
        lasting: String,
    ) -> Result<Secret<String>, RdpError> {
        let ask = Ask {
            kind,
            machine: self.machine.to_owned(),
            title: String::new(),
            instructions: String::new(),
            questions: vec![Question { label, echo: kind == PromptKind::User }],
            again,
            lasting: Some(lasting),
        };
        let answers = self.interaction.ask(ask).await.ok_or(RdpError::Cancelled)?;
        answers.into_iter().next().ok_or(RdpError::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_say_its_domain() {
        let options = |user: &str, domain: Option<&str>| RdpOptions {
            user: Some(user.to_owned()),
            domain: domain.map(str::to_owned),
            ..config::tests_options(patchbay_session::desktop::Size::new(800, 600))
        };
        let both = |user: &str, domain| split(&options(user, domain));
        assert_eq!(both("ada", None), ("ada".to_owned(), None));
        assert_eq!(both("ada", Some(" ")), ("ada".to_owned(), None));
        assert_eq!(both("ada", Some("LAB")), ("ada".to_owned(), Some("LAB".to_owned())));
        assert_eq!(both("LAB\\ada", Some("X")), ("ada".to_owned(), Some("LAB".to_owned())));
        assert_eq!(both("ada@lab.example", None), ("ada@lab.example".to_owned(), None));
    }

    #[test]
    fn the_old_encryption_is_refused() {
        assert_eq!(acceptable(SecurityProtocol::empty(), true), Err(RdpError::NoTls));
        assert_eq!(acceptable(SecurityProtocol::SSL, false), Err(RdpError::NoNla));
        assert_eq!(acceptable(SecurityProtocol::SSL, true), Ok(()));
        assert_eq!(acceptable(SecurityProtocol::HYBRID_EX, false), Ok(()));
    }
}
