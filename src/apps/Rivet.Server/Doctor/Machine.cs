using System.Globalization;
using System.Net;

namespace Rivet.Server.Doctor;

/// <summary>The machine as its kernel and its files describe it, below a root folder.</summary>
internal sealed class Machine(string root = "/")
{
    private const string Established = "01";
    private const string Listening = "0A";

    public string this[string path] => Path.Combine(root, path);

    /// <summary>The lines of a file; none when it is not there.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public IReadOnlyList<string> Lines(string path) => File.Exists(this[path]) ? File.ReadAllLines(this[path]) : [];

    /// <summary>The local addresses on which somebody listens at this port.</summary>
    public IReadOnlyList<IPAddress> Listeners(int port) => [.. Sockets(port, Listening).Select(socket => socket.Local)];

    /// <summary>The remote addresses of the connections that stand at this port.</summary>
    public IReadOnlyList<IPAddress> Visitors(int port) => [.. Sockets(port, Established).Select(socket => socket.Remote)];

    /// <summary><c>/proc/net/tcp</c> and <c>tcp6</c>: number, local, remote, state, …; addresses in hexadecimal, each 32 bits in the machine's order.</summary>
    private IEnumerable<(IPAddress Local, IPAddress Remote)> Sockets(int port, string state)
        => from file in (string[])["proc/net/tcp", "proc/net/tcp6"]
           from line in Lines(file).Skip(1)
           let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where parts.Length > 3 && parts[3] == state && Port(parts[1]) == port
           select (Address(parts[1]), Address(parts[2]));

    private static int Port(string socket) => int.Parse(socket.AsSpan(socket.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static IPAddress Address(string socket)
    {
        var bytes = Convert.FromHexString(socket.AsSpan(0, socket.IndexOf(':', StringComparison.Ordinal)));
        if (BitConverter.IsLittleEndian)
        {
            for (var word = 0; word < bytes.Length; word += 4)
            {
                Array.Reverse(bytes, word, 4);
            }
        }

        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
