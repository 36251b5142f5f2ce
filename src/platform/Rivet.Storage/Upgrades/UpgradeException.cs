using System.Globalization;
using System.Resources;

namespace Rivet.Storage;

/// <summary>The store is not for this program, or cannot be upgraded now; the message says what to do, in the caller's language. Nothing was changed.</summary>
public sealed class UpgradeException : Exception
{
    private static readonly ResourceManager Texts = new("Rivet.Storage.Resources.UpgradeText", typeof(UpgradeException).Assembly);

    internal UpgradeException(UpgradeFault fault, params object[] values)
        : this(fault, inner: null, values)
    {
    }

    internal UpgradeException(UpgradeFault fault, Exception? inner, params object[] values)
        : base(string.Format(CultureInfo.CurrentUICulture, Texts.GetString(fault.ToString(), CultureInfo.CurrentUICulture)!, values), inner) => Fault = fault;

    /// <summary>What kind of refusal it is.</summary>
    public UpgradeFault Fault { get; }
}

/// <summary>Why a store is refused.</summary>
public enum UpgradeFault
{
    /// <summary>A newer program changed it.</summary>
    NeedsNewer,

    /// <summary>It is too old to be upgraded in one step.</summary>
    TooOld,

    /// <summary>The program lacks a script that a program not newer applied.</summary>
    Missing,

    /// <summary>A script that was applied is another one in this program.</summary>
    Changed,

    /// <summary>A script was never applied though a later one of its module was.</summary>
    Skipped,

    /// <summary>The file is a database, and no store.</summary>
    NoStore,

    /// <summary>The disk has no room for a copy and the changes.</summary>
    NoRoom,

    /// <summary>A script failed.</summary>
    Failed,

    /// <summary>After the scripts, rows refer to rows that are not there.</summary>
    BrokenReference,

    /// <summary>The copy was found damaged: so is the store.</summary>
    Damaged,

    /// <summary>A file cannot be written.</summary>
    CannotWrite,
}
