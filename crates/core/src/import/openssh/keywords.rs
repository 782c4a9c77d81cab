//! The keywords of ssh_config(5) that are taken over, and what is said about the others.

use patchbay_model::TunnelKind;

/// A keyword whose values become part of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Setting {
    HostName,
    User,
    Port,
    IdentityFile,
    CertificateFile,
    ProxyJump,
    /// Not taken over, and yet it decides whether a later `ProxyJump` counts.
    ProxyCommand,
    ConnectTimeout,
    ServerAliveInterval,
    Compression,
    ForwardAgent,
    ForwardX11,
    Forward(TunnelKind),
}

/// The setting of a keyword in lower case.
pub(super) fn setting(keyword: &str) -> Option<Setting> {
    Some(match keyword {
        "hostname" => Setting::HostName,
        "user" => Setting::User,
        "port" => Setting::Port,
        "identityfile" | "identityfile2" => Setting::IdentityFile,
        "certificatefile" => Setting::CertificateFile,
        "proxyjump" => Setting::ProxyJump,
        "proxycommand" => Setting::ProxyCommand,
        "connecttimeout" => Setting::ConnectTimeout,
        "serveraliveinterval" => Setting::ServerAliveInterval,
        "compression" => Setting::Compression,
        "forwardagent" => Setting::ForwardAgent,
        "forwardx11" => Setting::ForwardX11,
        "localforward" => Setting::Forward(TunnelKind::Local),
        "remoteforward" => Setting::Forward(TunnelKind::Remote),
        "dynamicforward" => Setting::Forward(TunnelKind::Dynamic),
        _ => return None,
    })
}

/// Why a keyword in lower case is not taken over.
pub(super) fn reason(keyword: &str) -> &'static str {
    match keyword {
        "proxycommand" => "Commands that make the connection are not run; use a jump entry.",
        "permitremoteopen"
        | "gatewayports"
        | "exitonforwardfailure"
        | "clearallforwardings"
        | "streamlocalbindmask"
        | "streamlocalbindunlink" => "Each tunnel says for itself where it listens.",
        "forwardx11trusted" | "forwardx11timeout" | "xauthlocation" => {
            "X11 is forwarded as ssh -Y does, without an end."
        }
        "controlmaster" | "controlpath" | "controlpersist" => "Connections are not shared.",
        "identityagent"
        | "pkcs11provider"
        | "securitykeyprovider"
        | "identitiesonly"
        | "addkeystoagent" => "Which agent and keys are used is set by the entry's identities.",
        "stricthostkeychecking"
        | "userknownhostsfile"
        | "globalknownhostsfile"
        | "checkhostip"
        | "verifyhostkeydns"
        | "updatehostkeys"
        | "hashknownhosts"
        | "visualhostkey"
        | "knownhostscommand"
        | "revokedhostkeys"
        | "nohostauthenticationforlocalhost"
        | "fingerprinthash" => "Host keys are always checked by Patchbay itself.",
        "hostkeyalias" => "Host keys are kept by address, not by alias.",
        "ciphers"
        | "macs"
        | "kexalgorithms"
        | "hostkeyalgorithms"
        | "pubkeyacceptedalgorithms"
        | "pubkeyacceptedkeytypes"
        | "hostbasedacceptedalgorithms"
        | "hostbasedkeytypes"
        | "casignaturealgorithms"
        | "requiredrsasize"
        | "cipher"
        | "protocol" => "Algorithms are chosen by Patchbay.",
        "setenv" | "sendenv" => "Environment variables are not sent.",
        "remotecommand" => "Set a start command in the entry.",
        "requesttty"
        | "sessiontype"
        | "stdinnull"
        | "forkafterauthentication"
        | "escapechar"
        | "enableescapecommandline"
        | "loglevel"
        | "logverbose"
        | "syslogfacility"
        | "batchmode"
        | "permitlocalcommand"
        | "localcommand"
        | "connectionattempts"
        | "tcpkeepalive"
        | "serveralivecountmax"
        | "ipqos"
        | "rekeylimit"
        | "proxyusefdpass"
        | "compressionlevel"
        | "useprivilegedport"
        | "tunnel"
        | "tunneldevice"
        | "ignoreunknown"
        | "tag" => "It has no counterpart in Patchbay.",
        "addressfamily" | "bindaddress" | "bindinterface" => {
            "The way out of this computer is chosen by the system."
        }
        "canonicalizehostname"
        | "canonicaldomains"
        | "canonicalizefallbacklocal"
        | "canonicalizemaxdots"
        | "canonicalizepermittedcnames" => "Names are looked up as they are written.",
        "preferredauthentications"
        | "passwordauthentication"
        | "pubkeyauthentication"
        | "hostbasedauthentication"
        | "kbdinteractiveauthentication"
        | "challengeresponseauthentication"
        | "kbdinteractivedevices"
        | "gssapiauthentication"
        | "gssapidelegatecredentials"
        | "gssapitrustdns"
        | "gssapikeyexchange"
        | "gssapiclientidentity"
        | "gssapiserveridentity"
        | "gssapirenewalforcesrekey"
        | "numberofpasswordprompts"
        | "enablesshkeysign"
        | "rsaauthentication"
        | "rhostsrsaauthentication" => "Ways to sign in are those of the entry's identities.",
        _ => "The keyword is not known.",
    }
}
