using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Rivet.Testing.Mail;

/// <summary>A real SMTP server on loopback, with a certificate of its own for <c>localhost</c>.</summary>
internal sealed class TestMailServer : IMessageStore, IMailboxFilter, IUserAuthenticator, IAsyncDisposable
{
    public const string User = "rivet";
    public const string Password = "a password nobody may see";
    private readonly CancellationTokenSource closing = new();
    private readonly X509Certificate2 certificate = MakeCertificate();
    private readonly Task running;

    public TestMailServer(bool isImplicit, int port = 0)
    {
        Port = port == 0 ? FreePort() : port;
        IsImplicit = isImplicit;
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint => endpoint
            .Endpoint(new IPEndPoint(IPAddress.Loopback, Port))
            .IsSecure(isImplicit)
            .AuthenticationRequired()
            .Certificate(certificate)).Build();
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IMessageStore)this);
        services.Add((IMailboxFilter)this);
        services.Add((IUserAuthenticator)this);
        running = new SmtpServer.SmtpServer(options, services).StartAsync(closing.Token);
    }

    public int Port { get; }

    /// <summary>TLS from the first byte, or STARTTLS.</summary>
    public bool IsImplicit { get; }

    /// <summary>Whether <c>later@</c> is taken by now; until then it is refused for the time being.</summary>
    public bool TakesLater { get; set; }

    public ConcurrentQueue<MimeMessage> Taken { get; } = [];

    /// <summary>SHA-256 of the certificate, as an administrator copies it.</summary>
    public string Fingerprint => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(buffer.ToArray());
        Taken.Enqueue(MimeMessage.Load(stream, cancellationToken));
        return Task.FromResult(SmtpResponse.Ok);
    }

    public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken)
        => Task.FromResult(from.User != "nobody");

    public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
        => to.User == "later" && !TakesLater
            ? throw new SmtpResponseException(new SmtpResponse((SmtpReplyCode)451, "greylisted, come again"))
            : Task.FromResult(to.User != "unknown");

    public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken)
        => Task.FromResult(user == User && password == Password);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        certificate.Dispose();
        closing.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
