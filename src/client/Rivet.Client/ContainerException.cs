using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Client;

/// <summary>
/// The container failed under a running client: the disk is full, or a record was changed by another hand. Opening a
/// home gives such things as values; in the middle of the work there is nothing a caller could do but end it.
/// </summary>
public sealed class ContainerException : Exception
{
    internal ContainerException(ContainerRefusal refusal)
        : base(Key(refusal)) => Refusal = refusal;

    /// <summary>What failed.</summary>
    public ContainerRefusal Refusal { get; }

    /// <summary>The stable key of a container refusal, such as <c>container.wrong-key</c>.</summary>
    public static string Key(ContainerRefusal refusal) => refusal switch
    {
        ContainerRefusal.NotThere => "container.not-there",
        ContainerRefusal.Exists => "container.exists",
        ContainerRefusal.PassphraseNeeded => "container.passphrase-needed",
        ContainerRefusal.WrongKey => "container.wrong-key",
        ContainerRefusal.KeyFileMissing => "container.key-file-missing",
        ContainerRefusal.KeyFileBesideContainer => "container.key-file-beside",
        ContainerRefusal.Damaged => "container.damaged",
        ContainerRefusal.NewerFormat => "container.newer-format",
        ContainerRefusal.Busy => "container.busy",
        ContainerRefusal.DiskFull => "container.disk-full",
        ContainerRefusal.NoAccess => "container.no-access",
        _ => "container.unknown",
    };

    internal static T Unwrap<T>(Result<T, ContainerRefusal> result)
        => result.TryGet(out var value, out var why) ? value : throw new ContainerException(why);
}
