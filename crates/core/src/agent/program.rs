//! Who is at the other end of the agent's socket, as the operating system tells. A program may call itself anything, so
//! the file it runs from is told beside its name.

use patchbay_model::AgentProgram;

/// The program with this process number.
pub(super) fn program(pid: Option<u32>) -> AgentProgram {
    let path = pid.and_then(path).unwrap_or_default();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    AgentProgram { name, path, pid }
}

#[cfg(target_os = "linux")]
fn path(pid: u32) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    Some(crate::tree::shown(&path.to_string_lossy()))
}

/// Other systems tell only the number without code that is not safe.
#[cfg(not(target_os = "linux"))]
fn path(_: u32) -> Option<String> {
    None
}
