using Microsoft.Extensions.DependencyInjection;
using Rivet.Certificates.Serving;

namespace Rivet.Certificates;

/// <summary>Registers the work on certificates.</summary>
public static class CertificatesModule
{
    /// <summary>
    /// Adds what keeps <paramref name="served"/> up to date while the host runs: commands' wishes, renewal, the meter
    /// <c>Rivet.Certificates</c>. <see cref="ICertificateObserver"/>s that are registered are told. Listen with
    /// <see cref="ServedCertificates.For"/> and, ahead of TLS, <see cref="ServedCertificates.Ahead"/>.
    /// </summary>
    public static IServiceCollection AddCertificates(this IServiceCollection services, ServedCertificates served)
    {
        services.AddMetrics();
        services.AddSingleton(served);
        services.AddSingleton<CertificateMeters>();
        services.AddSingleton<CertificateWork>();
        services.AddHostedService<CertificateBeat>();
        return services;
    }
}
