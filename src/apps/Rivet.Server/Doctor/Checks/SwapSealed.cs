namespace Rivet.Server.Doctor.Checks;

/// <summary>Memory that is swapped out is encrypted, or stays in memory: keys may be in it.</summary>
internal sealed class SwapSealed : ICheck
{
    public string Id => "swap.sealed";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        if (!File.Exists(patient.Machine["proc/swaps"]))
        {
            return ValueTask.FromResult(Finding.NotProven("NotSeen"));
        }

        var areas = patient.Machine.Lines("proc/swaps").Skip(1).Select(line => line.Split(' ', 2)[0].Split('\t')[0]).Where(area => area.Length > 0).ToArray();
        return ValueTask.FromResult(
            areas is [] ? Finding.Passing("None")
            : Array.Find(areas, area => !IsSealed(patient.Machine, Path.GetFileName(area))) is { } open ? Finding.Attention("Open", open)
            : Finding.Passing("Sealed", string.Join(", ", areas)));
    }

    /// <summary>zram is memory; a device mapper's <c>uuid</c> says whether dm-crypt made it.</summary>
    private static bool IsSealed(Machine machine, string device)
        => device.StartsWith("zram", StringComparison.Ordinal)
            || machine.Lines($"sys/block/{device}/dm/uuid") is [var uuid, ..] && uuid.StartsWith("CRYPT-", StringComparison.Ordinal);
}
