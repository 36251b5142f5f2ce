using System.Globalization;

namespace Rivet.Server.Doctor;

/// <summary>The process that holds a data folder's lock.</summary>
internal sealed class RunningServer(int processId, IReadOnlyList<string> arguments)
{
    public int ProcessId => processId;

    /// <summary>Where the kernel describes it, below the machine's root.</summary>
    public string Folder => string.Create(CultureInfo.InvariantCulture, $"proc/{processId}");

    /// <summary>Whether it was started with a word.</summary>
    public bool Has(string option) => arguments.Contains(option);

    /// <summary>What an option was given, values separated by commas; null when it was not.</summary>
    public string? Given(string option)
    {
        var values = arguments.Index().Where(word => word.Item == option && word.Index + 1 < arguments.Count).Select(word => arguments[word.Index + 1])
            .Concat(arguments.Where(word => word.StartsWith(option + "=", StringComparison.Ordinal)).Select(word => word[(option.Length + 1)..]))
            .ToArray();
        return values is [] ? null : string.Join(',', values);
    }

    /// <summary>The holder of the lock; null when nobody holds it.</summary>
    /// <exception cref="FileNotFoundException">The kernel does not say who holds locks.</exception>
    public static RunningServer? Find(string dataFolder, Machine machine)
    {
        var lockFile = Path.Combine(dataFolder, "rivet.lock");
        if (!File.Exists(lockFile))
        {
            return null;
        }

        // Taking the lock for a moment would prove it as well, and would make a server that starts just then refuse.
        var file = FileFacts.Of(lockFile);
        var holder = (from line in File.ReadLines(machine["proc/locks"])
                      let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                      where parts is [_, "FLOCK", _, "WRITE", _, _, ..] && parts[5] == $"{file.Device}:{file.Inode}"
                      select parts[4]).FirstOrDefault();
        return int.TryParse(holder, CultureInfo.InvariantCulture, out var process) && process > 0
            ? new RunningServer(process, Arguments(machine, process))
            : null;
    }

    private static string[] Arguments(Machine machine, int process)
        => File.ReadAllText(machine[string.Create(CultureInfo.InvariantCulture, $"proc/{process}/cmdline")]).Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
