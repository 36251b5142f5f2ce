namespace Rivet.Server.Doctor.Checks;

/// <summary>The installed systemd unit with what an administrator put over it.</summary>
internal sealed class UnitFile
{
    private readonly IReadOnlyList<string> lines;

    private UnitFile(IReadOnlyList<string> lines) => this.lines = lines;

    /// <summary>Null when none is installed.</summary>
    public static UnitFile? Find(Machine machine)
    {
        string[] places = ["etc/systemd/system/rivet.service", "usr/lib/systemd/system/rivet.service", "lib/systemd/system/rivet.service"];
        if (Array.Find(places, place => File.Exists(machine[place])) is not { } unit)
        {
            return null;
        }

        var dropIns = machine["etc/systemd/system/rivet.service.d"];
        var over = Directory.Exists(dropIns) ? Directory.GetFiles(dropIns, "*.conf").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines) : [];
        return new UnitFile([.. machine.Lines(unit), .. over]);
    }

    /// <summary>The last value of a setting, which is the one that holds; null when it is not set.</summary>
    public string? Last(string setting)
        => lines.LastOrDefault(line => line.StartsWith(setting + "=", StringComparison.Ordinal))?[(setting.Length + 1)..].Trim();

    /// <summary>Whether it is for this data folder.</summary>
    public bool Serves(string dataFolder)
        => lines.Any(line => line.Trim() is var text && (text == $"Environment=RIVET_DATA={dataFolder}" || text.Contains($"--data {dataFolder} ", StringComparison.Ordinal)));

    /// <summary>Whether the machine's start starts it.</summary>
    public static bool IsEnabled(Machine machine)
        => Directory.Exists(machine["etc/systemd/system"])
            && Directory.EnumerateDirectories(machine["etc/systemd/system"], "*.wants").Any(wants => Path.Exists(Path.Combine(wants, "rivet.service")) || IsLink(wants));

    /// <summary>A link counts although what it leads to lies below another root.</summary>
    private static bool IsLink(string wants) => new FileInfo(Path.Combine(wants, "rivet.service")).LinkTarget is not null;
}
