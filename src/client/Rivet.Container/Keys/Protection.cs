namespace Rivet.Container;

/// <summary>What stands between the container key and whoever copies the home folder.</summary>
public enum Protection
{
    /// <summary>A passphrase, through Argon2id.</summary>
    Passphrase = 1,

    /// <summary>A key file elsewhere: protected only by file permissions. Say so to the person.</summary>
    KeyFile = 2,
}
