namespace Rivet.Container;

/// <summary>Why the container said no.</summary>
public enum ContainerRefusal
{
    /// <summary>There is no container in this home.</summary>
    NotThere = 1,

    /// <summary>There is a container in this home already.</summary>
    Exists,

    /// <summary>The container key is wrapped by a passphrase and none was given.</summary>
    PassphraseNeeded,

    /// <summary>The passphrase, or the key file, does not open this container, or its head was changed.</summary>
    WrongKey,

    /// <summary>The container key is wrapped by a key file that is not where it should be.</summary>
    KeyFileMissing,

    /// <summary>The key file would lie inside the home it protects.</summary>
    KeyFileBesideContainer,

    /// <summary>The file is cut short, was changed, or holds a record that its key does not open.</summary>
    Damaged,

    /// <summary>A newer Rivet wrote this container.</summary>
    NewerFormat,

    /// <summary>Another process held the container for too long; nothing was done.</summary>
    Busy,

    /// <summary>The disk is full; nothing was done.</summary>
    DiskFull,

    /// <summary>The operating system does not let this user read or write the home or the key file.</summary>
    NoAccess,
}
