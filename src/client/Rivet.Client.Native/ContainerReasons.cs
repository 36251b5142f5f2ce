using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Client.Native;

/// <summary>Container refusals as the client says them.</summary>
internal static class ContainerReasons
{
    public static ClientRefusal Refusal(ContainerRefusal refusal) => new(Key(refusal));

    /// <summary>The value, or a <see cref="HomeException"/>.</summary>
    public static T Unwrap<T>(Result<T, ContainerRefusal> result)
        => result.TryGet(out var value, out var why) ? value : throw new HomeException(Key(why));

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
}
