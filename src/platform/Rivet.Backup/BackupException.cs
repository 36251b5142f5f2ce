using System.Globalization;
using System.Resources;

namespace Rivet.Backup;

/// <summary>A backup, a check or a restore that cannot be done; the message says where it failed and what to do, in the caller's language.</summary>
public sealed class BackupException : Exception
{
    private static readonly ResourceManager Texts = new("Rivet.Backup.Resources.BackupText", typeof(BackupException).Assembly);

    internal BackupException(BackupFault fault, params object[] values)
        : this(fault, inner: null, values)
    {
    }

    internal BackupException(BackupFault fault, Exception? inner, params object[] values)
        : base(Say(fault.ToString(), values), inner) => Fault = fault;

    /// <summary>What kind of failure it is.</summary>
    public BackupFault Fault { get; }

    internal static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}

/// <summary>Why a backup, a check or a restore cannot be done.</summary>
public enum BackupFault
{
    /// <summary>Bytes were changed; the message names file and place.</summary>
    Damaged,

    /// <summary>A file ends early; the message names file and place.</summary>
    Truncated,

    /// <summary>A file goes on behind its end.</summary>
    Longer,

    /// <summary>A file is missing.</summary>
    Missing,

    /// <summary>A file stands in another's place.</summary>
    Misplaced,

    /// <summary>The recovery key is another backup's.</summary>
    WrongKey,

    /// <summary>The file is no recovery key, or was mistyped.</summary>
    NoRecoveryKey,

    /// <summary>The server that this recovery key trusts did not make it.</summary>
    NotSigned,

    /// <summary>The window of the backup's keys has ended: they are destroyed.</summary>
    WindowEnded,

    /// <summary>Newer runs were made than are here.</summary>
    Outdated,

    /// <summary>The folder is not empty.</summary>
    NotEmpty,

    /// <summary>The folder is no backup.</summary>
    NoBackup,

    /// <summary>There is no run of that number.</summary>
    NoRun,

    /// <summary>Backups were not set up for this store.</summary>
    NotSetUp,

    /// <summary>Backups are set up already.</summary>
    AlreadySetUp,

    /// <summary>Two places that must be apart are not.</summary>
    NotApart,

    /// <summary>The number of days is out of range.</summary>
    BadWindow,

    /// <summary>Another run is under way.</summary>
    Busy,

    /// <summary>The folder of the epochs cannot be reached.</summary>
    NoEpochFolder,

    /// <summary>The write-ahead log grew past its bound while the run read.</summary>
    TooBusy,

    /// <summary>The disk is full or a file cannot be written.</summary>
    CannotWrite,

    /// <summary>A keys file is there already and is another one.</summary>
    OtherKeys,

    /// <summary>The older run has other key tables than the keys of now.</summary>
    OtherSchema,
}
