using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Audit.Aside;
using Rivet.Audit.Boards;
using Rivet.Audit.Columns;
using Rivet.Audit.Entries;
using Rivet.Audit.Exporting;
using Rivet.Audit.Keys;
using Rivet.Audit.Reading;
using Rivet.Audit.Receipts;
using Rivet.Audit.Retention;
using Rivet.Audit.SavedQueries;
using Rivet.Audit.Sealing;
using Rivet.Audit.Searching;
using Rivet.Audit.Serving;
using Rivet.Audit.Watching;
using Rivet.Audit.Witnessing;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Hosting.Outgoing;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Composes the sealed logs.</summary>
public static class AuditModule
{
    /// <summary>Adds <see cref="IAuditLog"/>, the consumer that seals security events, and the watch over the logs, <see cref="IAuditWitnesses"/>.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, Action<AuditOptions>? configure = null)
    {
        var options = services.AddOptions<AuditOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton<Chance>();
        services.AddSingleton<LogNews>();
        services.AddSingleton<EntrySealing>().AddSingleton<AsideSealing>().AddSingleton<LogIntake>();
        services.AddSingleton<AsideKeeper>().AddHostedService(provider => provider.GetRequiredService<AsideKeeper>());
        services.AddPlatformLog();
        services.AddOutboxConsumer<LogConsumer>();
        services.AddSingleton<IAuditReaders>(provider => provider.GetRequiredService<AuditReaders>());
        services.AddSingleton<AuditFiles>();
        services.AddSingleton<AuditRequests>();
        services.AddSingleton<IAuditSearch, AuditSearch>();
        services.AddColumns();
        services.AddSingleton<SavedQueryBook>().AddSingleton<BoardBook>();
        services.AddSingleton<LogWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LogWatch>());
        services.AddWitnesses();
        services.AddSingleton<IAuditKeys, KeyDesk>().AddSingleton<KeyRequests>();
        services.AddSingleton<IStatusSource, AuditStatus>();
        services.AddExports();
        services.AddRetention();
        return services.AddMigrations("audit", typeof(AuditModule).Assembly);
    }

    /// <summary>Puts Audit's requests behind the link.</summary>
    public static void MapAudit(this LwsEndpoints endpoints, IServiceProvider services)
    {
        services.GetRequiredService<AuditRequests>().Map(endpoints);
        services.GetRequiredService<ExportRequests>().Map(endpoints);
        services.GetRequiredService<WitnessRequests>().Map(endpoints);
        services.GetRequiredService<RetentionRequests>().Map(endpoints);
        services.GetRequiredService<KeyRequests>().Map(endpoints);
    }

    /// <summary>Maps <c>/audit/LOG/…</c> over HTTPS. Whoever has no reader's token sees checkpoints only.</summary>
    public static void MapAuditFiles(this IEndpointRouteBuilder app)
    {
        var files = app.ServiceProvider.GetRequiredService<AuditFiles>();
        app.MapGet("/audit/{log}/{**path}", (string log, string? path, HttpContext context, CancellationToken ct) => files.ReadAsync(log, path ?? "", context, ct));
    }

    private static void AddWitnesses(this IServiceCollection services)
    {
        services.AddSingleton<IAuditWitnesses>(provider => provider.GetRequiredService<WitnessBook>()).AddSingleton<WitnessRequests>();
        services.AddSingleton<WitnessJudge>().AddSingleton<WitnessLedger>();
        services.AddSingleton<WitnessCourier>().AddHostedService(provider => provider.GetRequiredService<WitnessCourier>());
    }

    private static void AddColumns(this IServiceCollection services)
    {
        services.AddSingleton<ColumnVault>().AddSingleton<SegmentReader>().AddSingleton<IAuditAnalysis, AuditAnalysis>();
        services.AddSingleton<ColumnKeeper>().AddHostedService(provider => provider.GetRequiredService<ColumnKeeper>());
    }

    /// <summary>Adds only <see cref="IOwnersLog"/>, for a program beside the server.</summary>
    public static IServiceCollection AddOwnersLog(this IServiceCollection services)
    {
        services.TryAddSingleton<EntryOpening>();
        services.TryAddSingleton<IOwnersLog, OwnersLog>();
        return services;
    }

    private static void AddRetention(this IServiceCollection services)
    {
        services.AddSingleton<LogCensus>().AddSingleton<RetentionDesk>().AddSingleton<RetentionRequests>().AddSingleton<RetentionKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionKeeper>());
        services.AddSingleton<IStatusSource, RetentionStatus>();
    }

    /// <summary>Adds <see cref="IPlatformLog"/> and <see cref="IOwnersLog"/>, for a program beside the server.</summary>
    public static IServiceCollection AddPlatformLog(this IServiceCollection services)
    {
        services.AddOptions<AuditOptions>();
        services.TryAddSingleton<ISignatureVerifier, Ed25519Verifier>();
        services.TryAddSingleton<LogIdentity>();
        services.TryAddSingleton<LogKeys>();
        services.TryAddSingleton<ReceiptMaker>();
        services.TryAddSingleton<IAuditLog, AuditLog>();
        services.TryAddSingleton<AuditReaders>();
        services.TryAddSingleton<WitnessBook>();
        services.TryAddSingleton<IPlatformLog, PlatformLog>();
        return services.AddOwnersLog();
    }

    private static void AddExports(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ExportMeters>().AddSingleton<ExportBook>().AddSingleton<ExportReader>().AddSingleton<ExportSender>().AddSingleton<TestAllowance>();
        services.AddSingleton<ExportCourier>();
        services.AddHostedService(provider => provider.GetRequiredService<ExportCourier>());
        services.AddSingleton<IAuditExports, ExportDesk>().AddSingleton<ExportRequests>();
        services.AddSingleton<IStatusSource, ExportStatus>();
    }
}
