//! What can go wrong with keys.

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Not the passphrase of this vault.
    #[error("The passphrase does not open this vault.")]
    WrongPassphrase,
    /// A well-formed recovery key, of another vault or replaced since.
    #[error("The recovery key is well-formed but does not open this vault.")]
    WrongRecoveryKey,
    /// The key in the OS keyring is not this vault's, or was replaced since.
    #[error("The key in the system keyring does not open this vault.")]
    WrongKeyringKey,
    /// A character no recovery key has.
    #[error("A recovery key never contains “{0}”.")]
    RecoveryCharacter(char),
    /// Characters are missing, or there are too many.
    #[error("A recovery key has {expected} characters; this one has {found}.")]
    RecoveryLength {
        /// How many were given.
        found: usize,
        /// How many there are.
        expected: usize,
    },
    /// The checksum does not fit: a typing error, and not the key of another vault.
    #[error("The recovery key contains a typing error.")]
    RecoveryTypo,
    /// Key derivation below the floor: whoever wrote it wants guessing to be cheap.
    #[error("The passphrase protection in the vault file is weaker than Patchbay allows.")]
    WeakCost,
    /// Key derivation that would tie up the computer.
    #[error(
        "The passphrase protection in the vault file asks for more memory or time than is plausible."
    )]
    ExcessiveCost,
    /// The bytes are not what they should be.
    #[error("The {0} is damaged.")]
    Damaged(&'static str),
    /// Sealed data does not fit its place: damaged, or moved there from elsewhere.
    #[error("Sealed data is damaged, or was moved.")]
    Unsealable,
    /// There is not enough free memory to derive the key.
    #[error("There is not enough free memory to check the passphrase ({mib} MiB are needed).")]
    Memory {
        /// Needed.
        mib: u32,
    },
    /// The operating system gives no random numbers.
    #[error("The operating system gives no random numbers: {0}")]
    Random(String),
    /// The OS keyring is not there, is locked, or refused.
    #[error("The system keyring refused: {0}")]
    Keyring(String),
    /// The OS keyring did not answer in time.
    #[error("The system keyring did not answer within {seconds} seconds.")]
    KeyringTimeout {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The OS keyring holds no key for this vault.
    #[error("The system keyring holds no key for this vault.")]
    KeyringEmpty,
}
