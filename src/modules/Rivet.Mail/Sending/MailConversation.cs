using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using MailKit.Net.Smtp;
using MailKit.Security;
using MailKit;
using MimeKit;
using Rivet.Hosting.Outgoing;

namespace Rivet.Mail;

/// <summary>One conversation with a mail server about one message; over TLS or not at all.</summary>
internal sealed class MailConversation : IDisposable
{
    /// <summary>How long a server may take to answer at all.</summary>
    internal static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly SmtpClient client = new() { CheckCertificateRevocation = false, SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
    private readonly MailSettings settings;
    private readonly TimeProvider time;
    private bool isUntrusted;

    public MailConversation(MailSettings settings, TimeProvider time)
    {
        (this.settings, this.time) = (settings, time);
        client.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            var trusted = settings.Fingerprint.Length == 0
                ? errors == SslPolicyErrors.None
                : certificate is not null && Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData())) == settings.Fingerprint;
            isUntrusted = !trusted;
            return trusted;
        };
    }

    /// <summary>How far it came.</summary>
    public MailStep At { get; private set; } = MailStep.Find;

    /// <summary>Sends the message, or says where it stopped; throws only when withdrawn.</summary>
    public async Task<MailOutcome> RunAsync(MimeMessage message, CancellationToken ct)
    {
        try
        {
            if (await FindAsync(ct) is not { } addresses)
            {
                return MailOutcome.Stopped(MailStep.Find, isFinal: false);
            }

            At = MailStep.Connect;
            var socket = await OpenAsync(addresses, ct);
            At = MailStep.Protect;
            await client.ConnectAsync(new BoundedStream(socket), settings.Host, settings.Port, OptionOf(settings.Security), ct);
            if (settings.User.Length > 0)
            {
                At = MailStep.SignIn;
                await client.AuthenticateAsync(settings.User, settings.Password?.Reveal() ?? "", ct);
            }

            At = MailStep.Message;
            await client.SendAsync(message, ct);
        }
        catch (SmtpCommandException refused)
        {
            return Refused(refused);
        }
        catch (Exception broken) when (IsConversational(broken))
        {
            return MailOutcome.Stopped(StepOf(broken), isFinal: false, broken is MailKit.Security.AuthenticationException ? broken.Message : "");
        }

        await PartAsync(ct);
        return MailOutcome.Sent;
    }

    public void Dispose() => client.Dispose();

    /// <summary>The message is taken: whatever happens to the goodbye changes nothing.</summary>
    private async Task PartAsync(CancellationToken ct)
    {
        try
        {
            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception broken) when (IsConversational(broken) || broken is SmtpCommandException or OperationCanceledException)
        {
            // It has the message.
        }
    }

    /// <summary>A 5xx about sender, recipient or message is the last word; one at the door may be about this machine, and change.</summary>
    private MailOutcome Refused(SmtpCommandException refused)
    {
        var isMessage = At is MailStep.Message;
        var step = refused.ErrorCode switch
        {
            SmtpErrorCode.SenderNotAccepted when isMessage => MailStep.Sender,
            SmtpErrorCode.RecipientNotAccepted when isMessage => MailStep.Recipient,
            _ when At is MailStep.Protect && refused.StatusCode is not SmtpStatusCode.TemporaryAuthenticationFailure => MailStep.Message,
            _ => At,
        };
        return MailOutcome.Stopped(step, isMessage && (int)refused.StatusCode >= 500, $"{(int)refused.StatusCode} {refused.Message}");
    }

    private MailStep StepOf(Exception broken)
        => isUntrusted ? MailStep.Trust : broken is ServiceNotAuthenticatedException ? MailStep.SignIn : At;

    /// <summary>What a server or the way to it can cause.</summary>
    private static bool IsConversational(Exception exception)
        => exception is SslHandshakeException or ProtocolException or System.Security.Authentication.AuthenticationException
            or MailKit.Security.AuthenticationException or SaslException or ServiceNotConnectedException or ServiceNotAuthenticatedException
            or IOException or SocketException or NotSupportedException or TimeoutException or ParseException or FormatException;

    /// <summary>The server's addresses; null when the name has none, or only such as no mail server has.</summary>
    private async Task<IPAddress[]?> FindAsync(CancellationToken ct)
    {
        try
        {
            IPAddress[] found = IPAddress.TryParse(settings.Host, out var given) ? [given] : await Dns.GetHostAddressesAsync(settings.Host, ct);
            return found.Where(address => !PeerAddress.IsNobodys(address)).ToArray() is { Length: > 0 } possible ? possible : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>To the addresses that were judged, so that a name that changes meanwhile leads nowhere else.</summary>
    private async Task<Socket> OpenAsync(IPAddress[] addresses, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = new CancellationTokenSource(ConnectLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            await socket.ConnectAsync(addresses, settings.Port, either.Token);
            return socket;
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception is OperationCanceledException && !ct.IsCancellationRequested ? new TimeoutException() : exception;
        }
    }

    private static SecureSocketOptions OptionOf(MailSecurity security)
        => security is MailSecurity.ImplicitTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
}
