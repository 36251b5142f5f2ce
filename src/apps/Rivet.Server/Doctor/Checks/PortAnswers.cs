using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Server.Doctor.Checks;

/// <summary>At the port on this machine this server answers, known by its certificate, and its store works; or nobody while it is stopped.</summary>
internal sealed class PortAnswers : ICheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Id => "port.answers";

    public async ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        var port = patient.Options.Port;
        if (port == 0)
        {
            return Finding.NotProven("NoPort");
        }

        var status = await AskAsync(port, patient.Certificates().Served?.Fingerprint, patient.Time, ct);
        return (status, patient.Running) switch
        {
            (Answer.Nobody, null) => Finding.Passing("Free", port),
            (Answer.Nobody, _) => Finding.Failing("Nobody", port),
            (Answer.Other, null) => Finding.Failing("Taken", port),
            (Answer.Other, _) => Finding.Failing("Other", port),
            (Answer.Unwell, _) => Finding.Failing("Unwell", port),
            _ => Finding.Passing("Ours", port),
        };
    }

    private static async Task<Answer> AskAsync(int port, string? fingerprint, TimeProvider time, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, both.Token);
        }
        catch (Exception nobody) when (nobody is SocketException || (nobody is OperationCanceledException && limit.IsCancellationRequested))
        {
            return Answer.Nobody;
        }

        try
        {
            // The certificate is the one this server serves, or this is not this server: chains do not matter.
            await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) =>
                shown is not null && shown.GetCertHashString(HashAlgorithmName.SHA256).Equals(fingerprint, StringComparison.OrdinalIgnoreCase));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http11] }, both.Token);
            await tls.WriteAsync("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), both.Token);
            var begin = new byte["HTTP/1.1 200".Length];
            await tls.ReadExactlyAsync(begin, both.Token);
            return Encoding.ASCII.GetString(begin) == string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)HttpStatusCode.OK}") ? Answer.Ours : Answer.Unwell;
        }
        catch (Exception other) when (other is AuthenticationException or IOException || (other is OperationCanceledException && limit.IsCancellationRequested))
        {
            return Answer.Other;
        }
    }

    private enum Answer
    {
        Nobody,
        Other,
        Unwell,
        Ours,
    }
}
