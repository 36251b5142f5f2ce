using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace Rivet.Testing;

/// <summary>rsyslog with a TLS input that writes to a file.</summary>
public sealed class RsyslogServer : IAsyncDisposable
{
    private readonly string program = Programs.Require("rsyslogd");
    private readonly TempFolder folder = new();
    private readonly ReceiverCertificate certificate = new();
    private Process? process;

    public RsyslogServer()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        File.WriteAllText(folder["certificate.pem"], certificate.Pem);
        File.WriteAllText(folder["key.pem"], certificate.KeyPem);
        File.WriteAllText(folder["rsyslog.conf"], $$"""
            global(workDirectory="{{folder.Path}}" maxMessageSize="64k" defaultNetstreamDriverCAFile="{{folder["certificate.pem"]}}"
                defaultNetstreamDriverCertFile="{{folder["certificate.pem"]}}" defaultNetstreamDriverKeyFile="{{folder["key.pem"]}}")
            module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
            input(type="imtcp" address="127.0.0.1" port="{{Port}}" ruleset="rivet")
            template(name="line" type="string" string="%pri%|%app-name%|%msgid%|%structured-data%|%msg%\n")
            ruleset(name="rivet") { action(type="omfile" file="{{folder["received"]}}" template="line") }
            """);
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>The certificate it shows, SHA-256.</summary>
    public string Fingerprint => certificate.Fingerprint;

    /// <summary>The file of the certificate it shows.</summary>
    public string CertificateFile => folder["certificate.pem"];

    /// <summary>Bytes it wrote by now.</summary>
    public long Written => new FileInfo(folder["received"]) is { Exists: true } file ? file.Length : 0;

    /// <summary>Starts it; it listens when this returns.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        process = Process.Start(new ProcessStartInfo(program, ["-n", "-f", folder["rsyslog.conf"], "-i", folder["pid"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        while (!process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, ct);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, ct);
            }
        }

        Assert.Fail(await process.StandardError.ReadToEndAsync(ct));
    }

    /// <summary>Stops it as the machine does, and waits for what it still writes.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(ct);
        process.Dispose();
        process = null;
    }

    /// <summary>What it wrote; to be asked once it is stopped.</summary>
    public RsyslogLine[] Lines() => [.. File.ReadAllLines(folder["received"]).Select(line => line.Split('|', 5)).Select(parts => new RsyslogLine(parts[0], parts[1], parts[2], parts[3], parts[4]))];

    public ValueTask DisposeAsync()
    {
        process?.Kill();
        process?.Dispose();
        certificate.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A line as rsyslog understood it.</summary>
public sealed record RsyslogLine(string Priority, string Application, string Kind, string Data, string Message)
{
    public JsonElement Json => JsonDocument.Parse(Message.TrimStart('\uFEFF', ' ')).RootElement;

    public long Sequence => Json.GetProperty("metadata").GetProperty("sequence").GetInt64();

    public string Uid => Json.GetProperty("metadata").GetProperty("uid").GetString()!;
}
