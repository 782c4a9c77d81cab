//! A throwaway vault with machines that really answer.

use crate::{Error, desktops::Desktops, devices::Devices, team};
use patchbay_commands::dispatch;
use patchbay_core::{Core, CoreConfig, Ctx};
use patchbay_testkit::{Sshd, current_user};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

/// Opens the throwaway vault.
pub(crate) const PASSPHRASE: &str = "four patch cables humming";

/// What the demo's machines are called, and the folder each is in.
const MACHINES: &[(&str, &str)] = &[
    ("Edge", "lb-fra-01"),
    ("Edge", "lb-fra-02"),
    ("Web", "app-01"),
    ("Web", "app-02"),
    ("Web", "worker-01"),
    ("Data", "db-primary"),
    ("Data", "db-replica-a"),
];

/// A folder with vault and settings, and the servers its machines lead to. All gone when it is dropped.
pub(crate) struct World {
    home: TempDir,
    servers: Vec<Sshd>,
    private_key: String,
    desktops: Option<Desktops>,
    devices: Option<Devices>,
    team: Option<team::Server>,
}

impl World {
    /// An empty home: first run.
    pub(crate) fn empty() -> Result<Self, Error> {
        let home = tempfile::Builder::new().prefix("patchbay-").tempdir()?;
        for folder in ["data", "config"] {
            fs::create_dir_all(home.path().join(folder))?;
        }
        Ok(Self {
            home,
            servers: Vec::new(),
            private_key: String::new(),
            desktops: None,
            devices: None,
            team: None,
        })
    }

    /// A vault whose machines lead to two real SSH servers on loopback.
    pub(crate) async fn with_machines() -> Result<Self, Error> {
        let mut world = Self::empty()?;
        let filling = Filling::begin(&world).await?;
        let (public, private) = filling.identity().await?;
        let shell_home = world.home().join("shell");
        furnish(&shell_home)?;
        let servers = [sshd(&shell_home, &public).await?, sshd(&shell_home, &public).await?];
        filling.machines(&servers).await?;
        world.servers.extend(servers);
        world.private_key = private;
        Ok(world)
    }

    /// As [`Self::with_machines`], with desktops beside them.
    pub(crate) async fn with_desktops() -> Result<Self, Error> {
        let mut world = Self::with_machines().await?;
        let desktops = Desktops::start(&world.home().join("shell")).await?;
        desktops.add_to(&world.unlocked().await?).await?;
        world.desktops = Some(desktops);
        Ok(world)
    }

    /// As [`Self::with_desktops`], with devices below operating systems.
    pub(crate) async fn with_devices() -> Result<Self, Error> {
        let mut world = Self::with_desktops().await?;
        let devices = Devices::start(&world.home().join("devices")).await?;
        devices.add_to(&world.unlocked().await?, world.port()).await?;
        world.devices = Some(devices);
        Ok(world)
    }

    /// As [`Self::with_devices`], with a team server of two people: one has made machines there, the other reaches them
    /// from this vault.
    pub(crate) async fn with_team() -> Result<Self, Error> {
        let mut world = Self::with_devices().await?;
        let server = team::Server::start(None).await?;
        let (mut owner, organisation) = server.set_up().await?;
        for (name, server) in ["db-01", "db-02"].into_iter().zip(&world.servers) {
            owner.ssh(&organisation, name, server.port(), &world.private_key).await?;
        }
        server.join(&mut owner, &organisation, "Operator", "operator", "Operator").await?;
        let server = server.with_tls().await?;
        let ctx = world.unlocked().await?;
        let address = format!("localhost:{}", server.port);
        let look = call(&ctx, "workspace_look", json!({ "address": address })).await?;
        let entry = json!({ "kind": "signIn", "name": "operator", "password": team::PASSWORD, "code": null });
        let fingerprint = look.get("fingerprint");
        let add = json!({ "address": address, "fingerprint": fingerprint, "entry": entry });
        call(&ctx, "workspace_add", add).await?;
        world.team = Some(server);
        Ok(world)
    }

    /// Where the team server is, if there is one.
    pub(crate) fn team_port(&self) -> Option<u16> {
        self.team.as_ref().map(|server| server.port)
    }

    /// The desktops, if there are any.
    pub(crate) const fn desktops(&mut self) -> Option<&mut Desktops> {
        self.desktops.as_mut()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What the app needs to live here.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let path = |name: &str| self.home().join(name).to_string_lossy().into_owned();
        vec![
            ("PATCHBAY_DATA_DIR".into(), path("data")),
            ("PATCHBAY_CONFIG_DIR".into(), path("config")),
        ]
    }

    /// Services on this home, for filling it. The vault is free again when they are dropped.
    pub(crate) fn services(&self) -> Result<Ctx, Error> {
        let config = CoreConfig { cheap_key_derivation: true, ..self.config()? };
        Ok(Ctx::person(Core::new(config)))
    }

    /// Services on this home that derive keys at the cost the product does.
    pub(crate) fn services_as_shipped(&self) -> Result<Ctx, Error> {
        Ok(Ctx::person(Core::new(self.config()?)))
    }

    /// Services on this home with the vault open.
    pub(crate) async fn unlocked(&self) -> Result<Ctx, Error> {
        let ctx = self.services()?;
        call(&ctx, "vault_unlock", json!({ "passphrase": PASSPHRASE })).await?;
        Ok(ctx)
    }

    fn config(&self) -> Result<CoreConfig, Error> {
        Ok(CoreConfig {
            served: None,
            data_dir: self.home().join("data"),
            config_dir: self.home().join("config"),
            home: self.home().to_path_buf(),
            ..CoreConfig::of_this_computer()?
        })
    }

    /// The key that every server lets in, as OpenSSH writes it.
    pub(crate) fn private_key(&self) -> &str {
        &self.private_key
    }

    /// The port of the first server.
    pub(crate) fn port(&self) -> u16 {
        self.servers.first().map_or(0, Sshd::port)
    }

    /// Gives every server a new host key, as a reinstalled machine has.
    pub(crate) async fn reinstall_servers(&mut self) -> Result<(), Error> {
        for server in &mut self.servers {
            server.rotate_host_key().await?;
        }
        Ok(())
    }
}

/// A server whose shells start in a home of their own, not in that of whoever runs this.
async fn sshd(home: &Path, public_key: &str) -> Result<Sshd, Error> {
    let builder = Sshd::builder().authorized_key(public_key);
    Ok(builder.option(format!("SetEnv HOME={}", home.display())).start().await?)
}

/// Fills the home of the servers' shells: a short prompt and something to look at.
fn furnish(home: &Path) -> Result<(), Error> {
    fs::create_dir_all(home.join("releases/4.18.2"))?;
    fs::write(
        home.join(".bashrc"),
        "PS1='\\[\\e[32m\\]ops\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]$ '\nalias ls='ls --color=auto'\ncd\n",
    )?;
    fs::write(home.join(".bash_profile"), ". ~/.bashrc\n")?;
    fs::write(home.join(".hushlogin"), "")?;
    fs::write(home.join("notes.txt"), "The canary runs on app-01.\n")?;
    for (name, size) in [
        ("access.log", 412_000),
        ("orders.dump", 3_770_000),
        ("releases/4.18.2/app.tar", 84_100_000),
    ] {
        // Room that is said to be there and takes none: every world has these.
        fs::File::create(home.join(name))?.set_len(size)?;
    }
    fs::write(home.join("app.env"), "PORT=8080\n")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink("releases/4.18.2", home.join("current"))?;
    Ok(())
}

/// Runs a command and reads its result.
pub(crate) async fn call(ctx: &Ctx, name: &str, arguments: Value) -> Result<Value, Error> {
    let result = dispatch(ctx, name, &arguments.to_string())
        .await
        .map_err(|error| format!("{name}: {error}"))?;
    Ok(serde_json::from_str(&result)?)
}

/// Makes the empty vault.
pub(crate) async fn create_vault(ctx: &Ctx) -> Result<(), Error> {
    call(ctx, "vault_propose_recovery_key", json!({})).await?;
    call(ctx, "vault_create", json!({ "passphrase": PASSPHRASE })).await.map(drop)
}

struct Filling {
    ctx: Ctx,
}

impl Filling {
    async fn begin(world: &World) -> Result<Self, Error> {
        let ctx = world.services()?;
        create_vault(&ctx).await?;
        Ok(Self { ctx })
    }

    /// Makes the key everybody signs in with and returns its public and private halves.
    async fn identity(&self) -> Result<(String, String), Error> {
        let key = json!({ "name": "ops", "user": current_user()?, "algorithm": "ed25519" });
        let identity = call(&self.ctx, "identity_generate_key", key).await?;
        let public = identity.pointer("/publicKey/openssh").and_then(Value::as_str);
        let reveal = json!({ "id": identity.get("id"), "secret": "privateKey" });
        let private = call(&self.ctx, "identity_reveal", reveal).await?;
        let private = private.get("text").and_then(Value::as_str);
        Ok((public.unwrap_or_default().to_owned(), private.unwrap_or_default().to_owned()))
    }

    async fn machines(&self, servers: &[Sshd]) -> Result<(), Error> {
        let identities = call(&self.ctx, "identity_list", json!({})).await?;
        let identity = identities.pointer("/0/id").cloned().unwrap_or_default();
        let settings = json!({ "identities": [identity] });
        let production = self.folder(None, "Production", &settings).await?;
        let mut folder = (String::new(), Value::Null);
        for ((name, machine), server) in MACHINES.iter().zip(servers.iter().cycle()) {
            if folder.0 != *name {
                folder =
                    ((*name).to_owned(), self.folder(Some(&production), name, &json!({})).await?);
            }
            let draft = json!({
                "name": machine, "address": "127.0.0.1", "settings": { "port": server.port() }, "tags": ["demo"],
            });
            call(&self.ctx, "entry_save", json!({ "parent": folder.1, "draft": draft })).await?;
        }
        let lab = self.folder(None, "Lab", &json!({})).await?;
        let gone = json!({ "name": "retired-01", "address": "127.0.0.1", "settings": { "port": 9 }, "notes": "Nothing listens here." });
        call(&self.ctx, "entry_save", json!({ "parent": lab, "draft": gone })).await?;
        Ok(())
    }

    async fn folder(
        &self,
        parent: Option<&Value>,
        name: &str,
        settings: &Value,
    ) -> Result<Value, Error> {
        let draft = json!({ "name": name, "settings": settings });
        let folder =
            call(&self.ctx, "folder_save", json!({ "parent": parent, "draft": draft })).await?;
        Ok(folder.get("id").cloned().unwrap_or_default())
    }
}
